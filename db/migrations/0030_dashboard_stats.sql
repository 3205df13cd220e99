-- What dashboards compare with: a year ago, up to each minute of the day. For today and tomorrow, so that a midnight finds its day; `for_day`
-- is the day that is compared, the 29th of February with the 28th. Each row is the sum from the beginning of the day, the month and the year
-- to the end of its minute; minute -1 is what there was before the day. Days before it come from `collection_sums`, the day itself from
-- what was booked.
CREATE MATERIALIZED VIEW dashboard_stats AS
WITH zone AS (SELECT time_zone FROM collection_projection WHERE id = 1),
compared AS (
  SELECT today.day + n AS for_day, ((today.day + n) - interval '1 year')::date AS day,
    ((today.day + n) - interval '1 year')::date::timestamp AT TIME ZONE today.time_zone AS begins,
    (((today.day + n) - interval '1 year')::date + 1)::timestamp AT TIME ZONE today.time_zone AS ends,
    today.time_zone
  FROM (SELECT (now() AT TIME ZONE time_zone)::date AS day, time_zone FROM zone) today, generate_series(0, 1) n
),
moves AS (
  SELECT c.for_day, coalesce(t.office_id::text, 'online') AS place, p.paid_at AT TIME ZONE c.time_zone AS wall,
    1 AS count, p.amount, 0 AS reversed_count, 0::bigint AS reversed_amount
  FROM compared c
  JOIN payments p ON p.paid_at >= c.begins AND p.paid_at < c.ends
  LEFT JOIN cash_takings t ON t.intent_id = p.intent_id
  UNION ALL
  SELECT c.for_day, coalesce(t.office_id::text, 'online'), r.reversed_at AT TIME ZONE c.time_zone, -1, -r.amount, 1, r.amount
  FROM compared c
  JOIN payment_reversals r ON r.reversed_at >= c.begins AND r.reversed_at < c.ends
  JOIN payments p ON p.fiscal_year = r.fiscal_year AND p.item_id = r.item_id
  LEFT JOIN cash_takings t ON t.intent_id = p.intent_id
),
minutes AS (
  SELECT for_day, place, (extract(hour FROM wall) * 60 + extract(minute FROM wall))::smallint AS minute, sum(count) AS count,
    sum(amount) AS amount, sum(reversed_count) AS reversed_count, sum(reversed_amount) AS reversed_amount
  FROM moves GROUP BY 1, 2, 3
),
before AS (
  SELECT c.for_day, coalesce(s.office_id::text, 'online') AS place,
    coalesce(sum(s.count) FILTER (WHERE s.period = 'day'), 0) AS month_count,
    coalesce(sum(s.amount) FILTER (WHERE s.period = 'day'), 0) AS month_amount,
    coalesce(sum(s.reversed_count) FILTER (WHERE s.period = 'day'), 0) AS month_reversed_count,
    coalesce(sum(s.reversed_amount) FILTER (WHERE s.period = 'day'), 0) AS month_reversed_amount,
    sum(s.count) AS year_count, sum(s.amount) AS year_amount,
    sum(s.reversed_count) AS year_reversed_count, sum(s.reversed_amount) AS year_reversed_amount
  FROM compared c
  JOIN collection_sums s ON s.period = 'day' AND s.starts >= date_trunc('month', c.day)::date AND s.starts < c.day
    OR s.period = 'month' AND s.starts >= date_trunc('year', c.day)::date AND s.starts < date_trunc('month', c.day)::date
  GROUP BY 1, 2
),
places AS (SELECT for_day, place FROM before UNION SELECT for_day, place FROM minutes),
steps AS (
  SELECT for_day, place, -1::smallint AS minute, 0::bigint AS count, 0::bigint AS amount, 0::bigint AS reversed_count,
    0::bigint AS reversed_amount FROM places
  UNION ALL
  SELECT for_day, place, minute,
    (sum(count) OVER upto)::bigint, (sum(amount) OVER upto)::bigint,
    (sum(reversed_count) OVER upto)::bigint, (sum(reversed_amount) OVER upto)::bigint
  FROM minutes WINDOW upto AS (PARTITION BY for_day, place ORDER BY minute)
)
SELECT s.for_day, s.place, s.minute, s.count AS day_count, s.amount AS day_amount,
  s.reversed_count AS day_reversed_count, s.reversed_amount AS day_reversed_amount,
  (coalesce(b.month_count, 0) + s.count)::bigint AS month_count, (coalesce(b.month_amount, 0) + s.amount)::bigint AS month_amount,
  (coalesce(b.month_reversed_count, 0) + s.reversed_count)::bigint AS month_reversed_count,
  (coalesce(b.month_reversed_amount, 0) + s.reversed_amount)::bigint AS month_reversed_amount,
  (coalesce(b.year_count, 0) + s.count)::bigint AS year_count, (coalesce(b.year_amount, 0) + s.amount)::bigint AS year_amount,
  (coalesce(b.year_reversed_count, 0) + s.reversed_count)::bigint AS year_reversed_count,
  (coalesce(b.year_reversed_amount, 0) + s.reversed_amount)::bigint AS year_reversed_amount
FROM steps s LEFT JOIN before b USING (for_day, place);
--> statement-breakpoint
-- Refreshed concurrently: nobody who reads waits.
CREATE UNIQUE INDEX dashboard_stats_key ON dashboard_stats (for_day, place, minute);
