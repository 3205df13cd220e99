CREATE TABLE "assessment_claims" (
	"assessment_id" uuid PRIMARY KEY NOT NULL,
	"intent_id" uuid NOT NULL,
	"claimed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "assessments" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"vehicle_id" uuid NOT NULL,
	"fiscal_year" integer NOT NULL,
	"paid_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ledger_entries" (
	"posting_id" uuid NOT NULL,
	"ordinal" smallint NOT NULL,
	"intent_id" uuid NOT NULL,
	"item_id" uuid,
	"account" text NOT NULL,
	"debit" bigint NOT NULL,
	"credit" bigint NOT NULL,
	"currency" text NOT NULL,
	"fiscal_year" integer,
	"posted_at" timestamp with time zone NOT NULL,
	CONSTRAINT "ledger_entries_posting_id_ordinal_pk" PRIMARY KEY("posting_id","ordinal"),
	CONSTRAINT "ledger_entries_one_side" CHECK ("ledger_entries"."debit" >= 0 and "ledger_entries"."credit" >= 0 and ("ledger_entries"."debit" > 0) <> ("ledger_entries"."credit" > 0))
);
--> statement-breakpoint
CREATE TABLE "payment_intents" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"payer_id" uuid NOT NULL,
	"idempotency_key" uuid NOT NULL,
	"order_digest" text NOT NULL,
	"provider" text NOT NULL,
	"phone" text NOT NULL,
	"state" text DEFAULT 'created' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"failure" text,
	"refund_due" bigint DEFAULT 0 NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"next_check_at" timestamp with time zone,
	"checks" integer DEFAULT 0 NOT NULL,
	"settled_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payment_intents_state_known" CHECK ("payment_intents"."state" in ('created', 'pushed', 'pending', 'succeeded', 'failed', 'expired', 'unknown', 'reconciled', 'receipted')),
	CONSTRAINT "payment_intents_amount_positive" CHECK ("payment_intents"."amount" > 0),
	CONSTRAINT "payment_intents_refund_due" CHECK ("payment_intents"."refund_due" in (0, "payment_intents"."amount"))
);
--> statement-breakpoint
CREATE TABLE "payment_items" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"intent_id" uuid NOT NULL,
	"assessment_id" uuid NOT NULL,
	"vehicle_id" uuid NOT NULL,
	"plate" text NOT NULL,
	"country" text NOT NULL,
	"fiscal_year" integer NOT NULL,
	"grid_version" integer NOT NULL,
	"lines" jsonb NOT NULL,
	"amount" bigint NOT NULL,
	CONSTRAINT "payment_items_positive" CHECK ("payment_items"."amount" > 0)
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"fiscal_year" integer NOT NULL,
	"item_id" uuid NOT NULL,
	"intent_id" uuid NOT NULL,
	"assessment_id" uuid NOT NULL,
	"vehicle_id" uuid NOT NULL,
	"payer_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"paid_at" timestamp with time zone NOT NULL,
	CONSTRAINT "payments_fiscal_year_item_id_pk" PRIMARY KEY("fiscal_year","item_id")
) PARTITION BY RANGE ("fiscal_year");
--> statement-breakpoint
CREATE TABLE "provider_refs" (
	"provider" text NOT NULL,
	"reference" text NOT NULL,
	"intent_id" uuid NOT NULL,
	CONSTRAINT "provider_refs_provider_reference_pk" PRIMARY KEY("provider","reference")
);
--> statement-breakpoint
CREATE TABLE "receipt_counters" (
	"series" text NOT NULL,
	"year" integer NOT NULL,
	"last" integer NOT NULL,
	CONSTRAINT "receipt_counters_series_year_pk" PRIMARY KEY("series","year")
);
--> statement-breakpoint
CREATE TABLE "receipt_keys" (
	"key_id" text PRIMARY KEY NOT NULL,
	"public_key" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "receipts" (
	"reference" text PRIMARY KEY NOT NULL,
	"item_id" uuid NOT NULL,
	"intent_id" uuid NOT NULL,
	"series" text NOT NULL,
	"year" integer NOT NULL,
	"number" integer NOT NULL,
	"key_id" text NOT NULL,
	"text" text NOT NULL,
	"signature" text NOT NULL,
	"valid_until" date NOT NULL,
	"issued_at" timestamp with time zone NOT NULL,
	"pdf_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "settlements" (
	"intent_id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"settled_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_events" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"provider" text NOT NULL,
	"event_id" text NOT NULL,
	"intent_id" uuid NOT NULL,
	"body" text NOT NULL,
	"received_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "assessment_claims" ADD CONSTRAINT "assessment_claims_assessment_id_assessments_id_fk" FOREIGN KEY ("assessment_id") REFERENCES "public"."assessments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "assessment_claims" ADD CONSTRAINT "assessment_claims_intent_id_payment_intents_id_fk" FOREIGN KEY ("intent_id") REFERENCES "public"."payment_intents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "assessments" ADD CONSTRAINT "assessments_vehicle_id_vehicles_id_fk" FOREIGN KEY ("vehicle_id") REFERENCES "public"."vehicles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_intent_id_payment_intents_id_fk" FOREIGN KEY ("intent_id") REFERENCES "public"."payment_intents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_intents" ADD CONSTRAINT "payment_intents_payer_id_users_id_fk" FOREIGN KEY ("payer_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_items" ADD CONSTRAINT "payment_items_intent_id_payment_intents_id_fk" FOREIGN KEY ("intent_id") REFERENCES "public"."payment_intents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_items" ADD CONSTRAINT "payment_items_assessment_id_assessments_id_fk" FOREIGN KEY ("assessment_id") REFERENCES "public"."assessments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider_refs" ADD CONSTRAINT "provider_refs_intent_id_settlements_intent_id_fk" FOREIGN KEY ("intent_id") REFERENCES "public"."settlements"("intent_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_item_id_payment_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."payment_items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_intent_id_payment_intents_id_fk" FOREIGN KEY ("intent_id") REFERENCES "public"."payment_intents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_intent_id_payment_intents_id_fk" FOREIGN KEY ("intent_id") REFERENCES "public"."payment_intents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "assessment_claims_intent_idx" ON "assessment_claims" USING btree ("intent_id");--> statement-breakpoint
CREATE UNIQUE INDEX "assessments_vehicle_key" ON "assessments" USING btree ("vehicle_id","fiscal_year");--> statement-breakpoint
CREATE INDEX "ledger_entries_account_idx" ON "ledger_entries" USING btree ("account","posted_at");--> statement-breakpoint
CREATE INDEX "ledger_entries_intent_idx" ON "ledger_entries" USING btree ("intent_id");--> statement-breakpoint
CREATE UNIQUE INDEX "payment_intents_key" ON "payment_intents" USING btree ("payer_id","idempotency_key");--> statement-breakpoint
CREATE INDEX "payment_intents_payer_idx" ON "payment_intents" USING btree ("payer_id","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "payment_intents_check_idx" ON "payment_intents" USING btree ("next_check_at") WHERE "payment_intents"."next_check_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "payment_items_key" ON "payment_items" USING btree ("intent_id","assessment_id");--> statement-breakpoint
CREATE INDEX "payments_payer_idx" ON "payments" USING btree ("payer_id","paid_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "payments_vehicle_idx" ON "payments" USING btree ("vehicle_id","fiscal_year");--> statement-breakpoint
CREATE UNIQUE INDEX "receipts_item_key" ON "receipts" USING btree ("item_id");--> statement-breakpoint
CREATE UNIQUE INDEX "receipts_number_key" ON "receipts" USING btree ("series","year","number");--> statement-breakpoint
CREATE INDEX "receipts_intent_idx" ON "receipts" USING btree ("intent_id");--> statement-breakpoint
CREATE INDEX "receipts_without_pdf_idx" ON "receipts" USING btree ("issued_at") WHERE "receipts"."pdf_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_events_key" ON "webhook_events" USING btree ("provider","event_id");