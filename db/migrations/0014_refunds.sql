CREATE TABLE "payment_reversals" (
	"item_id" uuid PRIMARY KEY NOT NULL,
	"refund_id" uuid NOT NULL,
	"fiscal_year" integer NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"reversed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "refund_items" (
	"refund_id" uuid NOT NULL,
	"item_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"holds" boolean DEFAULT true NOT NULL,
	CONSTRAINT "refund_items_refund_id_item_id_pk" PRIMARY KEY("refund_id","item_id"),
	CONSTRAINT "refund_items_positive" CHECK ("refund_items"."amount" > 0)
);
--> statement-breakpoint
CREATE TABLE "refund_payouts" (
	"refund_id" uuid PRIMARY KEY NOT NULL,
	"channel" text NOT NULL,
	"reference" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"paid_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "refunds" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"intent_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"state" text DEFAULT 'proposed' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"reason" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"proposed_by" uuid,
	"office_id" uuid,
	"proposed_at" timestamp with time zone NOT NULL,
	"idempotency_key" uuid NOT NULL,
	"proposal_digest" text NOT NULL,
	"decided_by" uuid,
	"decided_at" timestamp with time zone,
	"decision_note" text DEFAULT '' NOT NULL,
	"push_id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"pushes" integer DEFAULT 0 NOT NULL,
	"failure" text,
	"next_check_at" timestamp with time zone,
	"checks" integer DEFAULT 0 NOT NULL,
	"hand_by" uuid,
	"hand_reference" text,
	"hand_at" timestamp with time zone,
	"hand_confirmed_by" uuid,
	"settled_at" timestamp with time zone,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "refunds_state_known" CHECK ("refunds"."state" in ('proposed', 'approved', 'pushed', 'pending', 'unknown', 'failed', 'succeeded', 'rejected', 'withdrawn')),
	CONSTRAINT "refunds_kind_known" CHECK ("refunds"."kind" in ('taxes', 'refund_due')),
	CONSTRAINT "refunds_amount_positive" CHECK ("refunds"."amount" > 0),
	CONSTRAINT "refunds_two_persons" CHECK ("refunds"."decided_by" <> "refunds"."proposed_by"),
	CONSTRAINT "refunds_by_hand_two_persons" CHECK ("refunds"."hand_confirmed_by" <> "refunds"."hand_by"),
	CONSTRAINT "refunds_decided" CHECK (("refunds"."decided_by" is not null) = ("refunds"."state" not in ('proposed', 'withdrawn'))),
	CONSTRAINT "refunds_proposed_by_somebody" CHECK ("refunds"."proposed_by" is not null or "refunds"."kind" = 'refund_due'),
	CONSTRAINT "refunds_settled" CHECK (("refunds"."state" = 'succeeded') = ("refunds"."settled_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD COLUMN "refund_id" uuid;--> statement-breakpoint
ALTER TABLE "payment_reversals" ADD CONSTRAINT "payment_reversals_item_id_payment_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."payment_items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_reversals" ADD CONSTRAINT "payment_reversals_item_fk" FOREIGN KEY ("refund_id","item_id") REFERENCES "public"."refund_items"("refund_id","item_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refund_items" ADD CONSTRAINT "refund_items_refund_id_refunds_id_fk" FOREIGN KEY ("refund_id") REFERENCES "public"."refunds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refund_items" ADD CONSTRAINT "refund_items_item_id_payment_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."payment_items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refund_payouts" ADD CONSTRAINT "refund_payouts_refund_id_refunds_id_fk" FOREIGN KEY ("refund_id") REFERENCES "public"."refunds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_intent_id_payment_intents_id_fk" FOREIGN KEY ("intent_id") REFERENCES "public"."payment_intents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_proposed_by_users_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_decided_by_users_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_hand_by_users_id_fk" FOREIGN KEY ("hand_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_hand_confirmed_by_users_id_fk" FOREIGN KEY ("hand_confirmed_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "payment_reversals_refund_idx" ON "payment_reversals" USING btree ("refund_id");--> statement-breakpoint
CREATE UNIQUE INDEX "refund_items_once" ON "refund_items" USING btree ("item_id") WHERE "refund_items"."holds";--> statement-breakpoint
CREATE UNIQUE INDEX "refund_payouts_reference_key" ON "refund_payouts" USING btree ("channel","reference");--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_key" ON "refunds" USING btree ("proposed_by","idempotency_key");--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_push_key" ON "refunds" USING btree ("push_id");--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_due_once" ON "refunds" USING btree ("intent_id") WHERE "refunds"."kind" = 'refund_due' and "refunds"."state" not in ('rejected', 'withdrawn');--> statement-breakpoint
CREATE INDEX "refunds_intent_idx" ON "refunds" USING btree ("intent_id");--> statement-breakpoint
CREATE INDEX "refunds_state_idx" ON "refunds" USING btree ("state","proposed_at");--> statement-breakpoint
CREATE INDEX "refunds_check_idx" ON "refunds" USING btree ("next_check_at") WHERE "refunds"."next_check_at" is not null;--> statement-breakpoint
CREATE INDEX "ledger_entries_refund_idx" ON "ledger_entries" USING btree ("refund_id") WHERE "ledger_entries"."refund_id" is not null;