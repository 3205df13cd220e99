CREATE TABLE "reports" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"period" text NOT NULL,
	"first_day" date NOT NULL,
	"last_day" date NOT NULL,
	"scope" text NOT NULL,
	"scope_name" text DEFAULT '' NOT NULL,
	"content" text NOT NULL,
	"format" text NOT NULL,
	"origin" text NOT NULL,
	"asked_by" uuid,
	"idempotency_key" uuid,
	"state" text DEFAULT 'waiting' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"failure" text,
	"created_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"moved_at" timestamp with time zone NOT NULL,
	"as_of" timestamp with time zone,
	"provisional" boolean,
	"totals" jsonb,
	"agrees" boolean,
	"rows" integer,
	"bytes" bigint,
	"sha256" text,
	"fingerprint" text,
	"object_key" text,
	"kept_until" timestamp with time zone,
	CONSTRAINT "reports_period_known" CHECK ("reports"."period" in ('day', 'month', 'year') and "reports"."first_day" <= "reports"."last_day"),
	CONSTRAINT "reports_content_known" CHECK ("reports"."content" in ('summary', 'movements')),
	CONSTRAINT "reports_format_known" CHECK ("reports"."format" in ('pdf', 'csv', 'xlsx') and ("reports"."format" <> 'pdf' or "reports"."content" = 'summary')),
	CONSTRAINT "reports_origin_known" CHECK ("reports"."origin" in ('schedule', 'person') and ("reports"."origin" = 'person') = ("reports"."asked_by" is not null)),
	CONSTRAINT "reports_state_known" CHECK ("reports"."state" in ('waiting', 'working', 'ready', 'failed', 'cancelled', 'expired')),
	CONSTRAINT "reports_ready_whole" CHECK ("reports"."state" <> 'ready' or num_nonnulls("reports"."object_key", "reports"."bytes", "reports"."sha256", "reports"."fingerprint", "reports"."totals", "reports"."as_of", "reports"."kept_until") = 7),
	CONSTRAINT "reports_failed_why" CHECK (("reports"."state" = 'failed') = ("reports"."failure" is not null))
);
--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_asked_by_users_id_fk" FOREIGN KEY ("asked_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "reports_scheduled_key" ON "reports" USING btree ("period","first_day","scope","content","format") WHERE "reports"."origin" = 'schedule';--> statement-breakpoint
CREATE UNIQUE INDEX "reports_asked_key" ON "reports" USING btree ("asked_by","idempotency_key");--> statement-breakpoint
CREATE INDEX "reports_sha_idx" ON "reports" USING btree ("sha256") WHERE "reports"."sha256" is not null;--> statement-breakpoint
CREATE INDEX "reports_newest_idx" ON "reports" USING btree ("created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "reports_under_way_idx" ON "reports" USING btree ("moved_at") WHERE "reports"."state" in ('waiting', 'working');--> statement-breakpoint
CREATE INDEX "reports_kept_idx" ON "reports" USING btree ("kept_until") WHERE "reports"."object_key" is not null;