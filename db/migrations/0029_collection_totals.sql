CREATE TABLE "collection_minutes" (
	"minute" timestamp with time zone NOT NULL,
	"office_id" uuid,
	"count" integer NOT NULL,
	"amount" bigint NOT NULL,
	CONSTRAINT "collection_minutes_key" UNIQUE NULLS NOT DISTINCT("minute","office_id")
);
--> statement-breakpoint
CREATE TABLE "collection_projection" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"time_zone" text NOT NULL,
	"built_at" timestamp with time zone NOT NULL,
	"stats_at" timestamp with time zone,
	CONSTRAINT "collection_projection_one" CHECK ("collection_projection"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "collection_sums" (
	"period" text NOT NULL,
	"starts" date NOT NULL,
	"office_id" uuid,
	"channel" text NOT NULL,
	"count" integer NOT NULL,
	"amount" bigint NOT NULL,
	"reversed_count" integer NOT NULL,
	"reversed_amount" bigint NOT NULL,
	CONSTRAINT "collection_sums_key" UNIQUE NULLS NOT DISTINCT("period","starts","office_id","channel"),
	CONSTRAINT "collection_sums_period" CHECK ("collection_sums"."period" in ('day', 'month', 'year'))
);
--> statement-breakpoint
CREATE TABLE "collection_targets" (
	"scope" text NOT NULL,
	"period" text NOT NULL,
	"from_day" date NOT NULL,
	"amount" bigint NOT NULL,
	"demo" boolean DEFAULT false NOT NULL,
	"set_by" uuid,
	"set_at" timestamp with time zone NOT NULL,
	CONSTRAINT "collection_targets_scope_period_from_day_pk" PRIMARY KEY("scope","period","from_day"),
	CONSTRAINT "collection_targets_period" CHECK ("collection_targets"."period" in ('day', 'month', 'year')),
	CONSTRAINT "collection_targets_amount" CHECK ("collection_targets"."amount" > 0),
	CONSTRAINT "collection_targets_set" CHECK ("collection_targets"."demo" or "collection_targets"."set_by" is not null)
);
--> statement-breakpoint
CREATE TABLE "collection_totals" (
	"day" date NOT NULL,
	"hour" smallint NOT NULL,
	"office_id" uuid,
	"channel" text NOT NULL,
	"count" integer NOT NULL,
	"amount" bigint NOT NULL,
	"reversed_count" integer NOT NULL,
	"reversed_amount" bigint NOT NULL,
	CONSTRAINT "collection_totals_key" UNIQUE NULLS NOT DISTINCT("day","hour","office_id","channel"),
	CONSTRAINT "collection_totals_hour" CHECK ("collection_totals"."hour" between 0 and 23)
);
--> statement-breakpoint
CREATE TABLE "dashboard_states" (
	"scope" text PRIMARY KEY NOT NULL,
	"state" jsonb NOT NULL,
	"as_of" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "open_intents" (
	"intent_id" uuid PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"amount" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "totals_checks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "totals_checks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"checked_at" timestamp with time zone NOT NULL,
	"compared" integer NOT NULL,
	"differing" integer NOT NULL,
	"amount" bigint NOT NULL,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "offices" ADD COLUMN "region" text;--> statement-breakpoint
ALTER TABLE "collection_minutes" ADD CONSTRAINT "collection_minutes_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection_sums" ADD CONSTRAINT "collection_sums_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection_targets" ADD CONSTRAINT "collection_targets_set_by_users_id_fk" FOREIGN KEY ("set_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection_totals" ADD CONSTRAINT "collection_totals_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "totals_checks_at_idx" ON "totals_checks" USING btree ("checked_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "refund_payouts_paid_idx" ON "refund_payouts" USING btree ("paid_at");--> statement-breakpoint
CREATE INDEX "vehicles_lately_idx" ON "vehicles" USING brin ("created_at");