CREATE TABLE "alarm_acknowledgements" (
	"alarm_id" uuid NOT NULL,
	"level" text NOT NULL,
	"by" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"note" text NOT NULL,
	CONSTRAINT "alarm_acknowledgements_alarm_id_level_pk" PRIMARY KEY("alarm_id","level"),
	CONSTRAINT "alarm_acknowledgements_note" CHECK (length(trim("alarm_acknowledgements"."note")) between 3 and 500)
);
--> statement-breakpoint
CREATE TABLE "alarm_conditions" (
	"rule_id" text NOT NULL,
	"subject" text NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"past_warning_since" timestamp with time zone,
	"past_alarm_since" timestamp with time zone,
	"better_since" timestamp with time zone,
	"alarm_id" uuid,
	CONSTRAINT "alarm_conditions_rule_id_subject_pk" PRIMARY KEY("rule_id","subject")
);
--> statement-breakpoint
CREATE TABLE "alarm_rules" (
	"id" text PRIMARY KEY NOT NULL,
	"metric" text NOT NULL,
	"comparison" text NOT NULL,
	"warn_at" double precision,
	"alarm_at" double precision,
	"hold_seconds" integer NOT NULL,
	"clear_seconds" integer NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"recipients" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone,
	"updated_by" uuid,
	CONSTRAINT "alarm_rules_comparison" CHECK ("alarm_rules"."comparison" in ('above', 'below')),
	CONSTRAINT "alarm_rules_threshold" CHECK (num_nonnulls("alarm_rules"."warn_at", "alarm_rules"."alarm_at") > 0),
	CONSTRAINT "alarm_rules_order" CHECK ("alarm_rules"."warn_at" is null or "alarm_rules"."alarm_at" is null or case "alarm_rules"."comparison" when 'above' then "alarm_rules"."alarm_at" > "alarm_rules"."warn_at" else "alarm_rules"."alarm_at" < "alarm_rules"."warn_at" end),
	CONSTRAINT "alarm_rules_times" CHECK ("alarm_rules"."hold_seconds" between 0 and 86400 and "alarm_rules"."clear_seconds" between 0 and 86400)
);
--> statement-breakpoint
CREATE TABLE "alarm_watch" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"claimed_at" timestamp with time zone NOT NULL,
	"watched_at" timestamp with time zone,
	CONSTRAINT "alarm_watch_one" CHECK ("alarm_watch"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "alarms" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"rule_id" text NOT NULL,
	"metric" text NOT NULL,
	"comparison" text NOT NULL,
	"subject" text NOT NULL,
	"office_id" uuid,
	"level" text NOT NULL,
	"threshold" double precision NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"escalated_at" timestamp with time zone,
	"value" double precision NOT NULL,
	"measured_at" timestamp with time zone NOT NULL,
	"peak" double precision NOT NULL,
	"closed_at" timestamp with time zone,
	"closed_why" text,
	CONSTRAINT "alarms_level" CHECK ("alarms"."level" in ('warning', 'alarm')),
	CONSTRAINT "alarms_closed" CHECK (("alarms"."closed_at" is null) = ("alarms"."closed_why" is null)),
	CONSTRAINT "alarms_times" CHECK ("alarms"."since" <= "alarms"."opened_at" and ("alarms"."closed_at" is null or "alarms"."closed_at" >= "alarms"."opened_at"))
);
--> statement-breakpoint
CREATE TABLE "metric_samples" (
	"metric" text NOT NULL,
	"subject" text NOT NULL,
	"minute" timestamp with time zone NOT NULL,
	"low" double precision NOT NULL,
	"high" double precision NOT NULL,
	"last" double precision NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "metric_samples_metric_subject_minute_pk" PRIMARY KEY("metric","subject","minute")
);
--> statement-breakpoint
CREATE TABLE "anomalies" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"office_id" uuid,
	"agent_id" uuid,
	"evidence" jsonb NOT NULL,
	"found_at" timestamp with time zone NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"settled_by" uuid,
	"settled_at" timestamp with time zone,
	"note" text DEFAULT '' NOT NULL,
	CONSTRAINT "anomalies_state" CHECK ("anomalies"."state" in ('open', 'explained', 'confirmed')),
	CONSTRAINT "anomalies_settled" CHECK (("anomalies"."state" = 'open') = ("anomalies"."settled_by" is null) and ("anomalies"."settled_by" is null) = ("anomalies"."settled_at" is null)),
	CONSTRAINT "anomalies_said" CHECK ("anomalies"."state" = 'open' or length(trim("anomalies"."note")) >= 3),
	CONSTRAINT "anomalies_settled_by_another" CHECK ("anomalies"."settled_by" is null or "anomalies"."agent_id" is null or "anomalies"."settled_by" <> "anomalies"."agent_id")
);
--> statement-breakpoint
CREATE TABLE "receipt_scans" (
	"id" uuid PRIMARY KEY NOT NULL,
	"reference" text NOT NULL,
	"place" text NOT NULL,
	"scanned_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "alarm_acknowledgements" ADD CONSTRAINT "alarm_acknowledgements_alarm_id_alarms_id_fk" FOREIGN KEY ("alarm_id") REFERENCES "public"."alarms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alarm_acknowledgements" ADD CONSTRAINT "alarm_acknowledgements_by_users_id_fk" FOREIGN KEY ("by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alarm_conditions" ADD CONSTRAINT "alarm_conditions_rule_id_alarm_rules_id_fk" FOREIGN KEY ("rule_id") REFERENCES "public"."alarm_rules"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alarm_conditions" ADD CONSTRAINT "alarm_conditions_alarm_id_alarms_id_fk" FOREIGN KEY ("alarm_id") REFERENCES "public"."alarms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alarm_rules" ADD CONSTRAINT "alarm_rules_updated_by_users_id_fk" FOREIGN KEY ("updated_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alarms" ADD CONSTRAINT "alarms_rule_id_alarm_rules_id_fk" FOREIGN KEY ("rule_id") REFERENCES "public"."alarm_rules"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alarms" ADD CONSTRAINT "alarms_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "anomalies" ADD CONSTRAINT "anomalies_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "anomalies" ADD CONSTRAINT "anomalies_agent_id_users_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "anomalies" ADD CONSTRAINT "anomalies_settled_by_users_id_fk" FOREIGN KEY ("settled_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipt_scans" ADD CONSTRAINT "receipt_scans_reference_receipts_reference_fk" FOREIGN KEY ("reference") REFERENCES "public"."receipts"("reference") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "alarms_open_key" ON "alarms" USING btree ("rule_id","subject") WHERE "alarms"."closed_at" is null;--> statement-breakpoint
CREATE INDEX "alarms_opened_idx" ON "alarms" USING btree ("opened_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "alarms_office_idx" ON "alarms" USING btree ("office_id","opened_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "metric_samples_minute_idx" ON "metric_samples" USING btree ("minute");--> statement-breakpoint
CREATE UNIQUE INDEX "anomalies_key" ON "anomalies" USING btree ("kind","key");--> statement-breakpoint
CREATE INDEX "anomalies_found_idx" ON "anomalies" USING btree ("found_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "anomalies_open_idx" ON "anomalies" USING btree ("office_id","found_at" DESC NULLS LAST) WHERE "anomalies"."state" = 'open';--> statement-breakpoint
CREATE INDEX "receipt_scans_reference_idx" ON "receipt_scans" USING btree ("reference","scanned_at");--> statement-breakpoint
CREATE INDEX "receipt_scans_received_idx" ON "receipt_scans" USING btree ("received_at");--> statement-breakpoint
CREATE TRIGGER alarm_acknowledgements_append_only BEFORE UPDATE OR DELETE ON alarm_acknowledgements FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- A closed alarm is history.
CREATE FUNCTION keep_closed_alarm() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL THEN
    RAISE EXCEPTION 'alarm % is closed or not to be deleted', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'alarms_kept';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER alarms_kept BEFORE UPDATE OR DELETE ON alarms FOR EACH ROW EXECUTE FUNCTION keep_closed_alarm();
--> statement-breakpoint
-- What was found, and what somebody said it was, stands.
CREATE FUNCTION keep_settled_anomaly() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.state <> 'open' OR (OLD.kind, OLD.key, OLD.evidence, OLD.found_at) IS DISTINCT FROM (NEW.kind, NEW.key, NEW.evidence, NEW.found_at) THEN
    RAISE EXCEPTION 'anomaly % is settled or not to be changed', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'anomalies_kept';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER anomalies_kept BEFORE UPDATE OR DELETE ON anomalies FOR EACH ROW EXECUTE FUNCTION keep_settled_anomaly();
--> statement-breakpoint
-- The usual rules. Everything an administrator may change of them can be changed; percent of 100, money in the minor unit.
INSERT INTO alarm_rules (id, metric, comparison, warn_at, alarm_at, hold_seconds, clear_seconds, recipients)
SELECT id, metric, comparison, warn_at, alarm_at, hold_seconds, clear_seconds,
  jsonb_build_object('roles', to_jsonb(roles), 'userIds', '[]'::jsonb, 'channels', '{"banner": true, "notice": true, "email": true}'::jsonb)
FROM (VALUES
  ('jobs-waiting', 'jobs.waiting', 'above', 100, 500, 30, 60, ARRAY['supervisor', 'administrator']),
  ('tickets-waiting', 'tickets.waiting', 'above', 100, 500, 30, 60, ARRAY['supervisor', 'administrator']),
  ('tickets-wait', 'tickets.wait', 'above', 30, NULL, 60, 60, ARRAY['supervisor']),
  ('provider-failing', 'provider.failing', 'above', 20, 50, 30, 60, ARRAY['supervisor', 'administrator']),
  ('till-variance', 'till.variance', 'above', 0, NULL, 0, 0, ARRAY['supervisor']),
  ('reading-failing', 'reading.failing', 'above', 20, 50, 60, 120, ARRAY['administrator']),
  ('relay-late', 'relay.late', 'above', 10, 60, 10, 30, ARRAY['administrator']),
  ('outbox-parked', 'outbox.parked', 'above', 0, NULL, 0, 0, ARRAY['administrator']),
  ('totals-difference', 'totals.difference', 'above', NULL, 0, 0, 0, ARRAY['supervisor', 'administrator']),
  ('http-errors', 'http.errors', 'above', 1, 5, 60, 120, ARRAY['administrator']),
  ('http-response', 'http.response', 'above', 1000, 5000, 60, 120, ARRAY['administrator']),
  ('cache-hit', 'cache.hit', 'below', 60, NULL, 300, 300, ARRAY['administrator']),
  ('replica-late', 'replica.late', 'above', 10, 60, 30, 60, ARRAY['administrator'])
) AS usual (id, metric, comparison, warn_at, alarm_at, hold_seconds, clear_seconds, roles);
