-- Whose statement differs from the books: told until a person has settled each difference.
INSERT INTO alarm_rules (id, metric, comparison, warn_at, alarm_at, hold_seconds, clear_seconds, recipients)
VALUES ('statement-differences', 'statement.differences', 'above', 0, NULL, 0, 0,
  '{"roles": ["supervisor", "administrator"], "userIds": [], "channels": {"banner": true, "notice": true, "email": true}}'::jsonb);
