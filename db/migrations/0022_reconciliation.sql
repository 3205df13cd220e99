CREATE TABLE "reconciliation_decisions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"difference_id" uuid NOT NULL,
	"ordinal" integer NOT NULL,
	"action" text NOT NULL,
	"by" uuid NOT NULL,
	"proposed_by" uuid,
	"reason" text,
	"note" text NOT NULL,
	"posting_id" uuid,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "reconciliation_decisions_known" CHECK ("reconciliation_decisions"."action" in ('explained', 'proposed', 'approved', 'refused')),
	CONSTRAINT "reconciliation_decisions_two_persons" CHECK ("reconciliation_decisions"."proposed_by" <> "reconciliation_decisions"."by"),
	CONSTRAINT "reconciliation_decisions_decides" CHECK (("reconciliation_decisions"."proposed_by" is not null) = ("reconciliation_decisions"."action" in ('approved', 'refused'))),
	CONSTRAINT "reconciliation_decisions_posting" CHECK (("reconciliation_decisions"."posting_id" is not null) = ("reconciliation_decisions"."action" = 'approved'))
);
--> statement-breakpoint
CREATE TABLE "reconciliation_differences" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"reconciliation_id" uuid NOT NULL,
	"name" text NOT NULL,
	"provider" text NOT NULL,
	"kind" text NOT NULL,
	"line" integer,
	"intent_id" uuid,
	"refund_id" uuid,
	"delta" bigint NOT NULL,
	"currency" text NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"found_at" timestamp with time zone NOT NULL,
	CONSTRAINT "reconciliation_differences_state_known" CHECK ("reconciliation_differences"."state" in ('open', 'proposed', 'settled'))
);
--> statement-breakpoint
CREATE TABLE "reconciliation_lines" (
	"reconciliation_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"raw" text NOT NULL,
	"fault" text,
	"kind" text,
	"reference" text DEFAULT '' NOT NULL,
	"our_id" text DEFAULT '' NOT NULL,
	"handle" text DEFAULT '' NOT NULL,
	"amount" bigint,
	"currency" text,
	"fee" bigint DEFAULT 0 NOT NULL,
	"moved" boolean DEFAULT false NOT NULL,
	"movement" text,
	CONSTRAINT "reconciliation_lines_reconciliation_id_number_pk" PRIMARY KEY("reconciliation_id","number"),
	CONSTRAINT "reconciliation_lines_read" CHECK (("reconciliation_lines"."fault" is null) = ("reconciliation_lines"."amount" is not null and "reconciliation_lines"."currency" is not null and "reconciliation_lines"."kind" is not null))
);
--> statement-breakpoint
CREATE TABLE "reconciliations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"provider" text NOT NULL,
	"day" date NOT NULL,
	"source" text NOT NULL,
	"file_name" text NOT NULL,
	"sha256" text NOT NULL,
	"bytes" bigint NOT NULL,
	"imported_by" uuid,
	"state" text DEFAULT 'waiting' NOT NULL,
	"fault" text,
	"lines" integer DEFAULT 0 NOT NULL,
	"unreadable" integer DEFAULT 0 NOT NULL,
	"bytes_read" bigint DEFAULT 0 NOT NULL,
	"theirs" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"ours" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "reconciliations_state_known" CHECK ("reconciliations"."state" in ('waiting', 'reading', 'matching', 'done', 'failed')),
	CONSTRAINT "reconciliations_ended" CHECK (("reconciliations"."state" in ('done', 'failed')) = ("reconciliations"."ended_at" is not null)),
	CONSTRAINT "reconciliations_fault" CHECK (("reconciliations"."state" = 'failed') = ("reconciliations"."fault" is not null))
);
--> statement-breakpoint
ALTER TABLE "ledger_entries" DROP CONSTRAINT "ledger_entries_of_one";--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD COLUMN "difference_id" uuid;--> statement-breakpoint
ALTER TABLE "reconciliation_decisions" ADD CONSTRAINT "reconciliation_decisions_difference_id_reconciliation_differences_id_fk" FOREIGN KEY ("difference_id") REFERENCES "public"."reconciliation_differences"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliation_decisions" ADD CONSTRAINT "reconciliation_decisions_by_users_id_fk" FOREIGN KEY ("by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliation_decisions" ADD CONSTRAINT "reconciliation_decisions_proposed_by_users_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliation_differences" ADD CONSTRAINT "reconciliation_differences_reconciliation_id_reconciliations_id_fk" FOREIGN KEY ("reconciliation_id") REFERENCES "public"."reconciliations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliation_differences" ADD CONSTRAINT "reconciliation_differences_intent_id_payment_intents_id_fk" FOREIGN KEY ("intent_id") REFERENCES "public"."payment_intents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliation_differences" ADD CONSTRAINT "reconciliation_differences_refund_id_refunds_id_fk" FOREIGN KEY ("refund_id") REFERENCES "public"."refunds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliation_lines" ADD CONSTRAINT "reconciliation_lines_reconciliation_id_reconciliations_id_fk" FOREIGN KEY ("reconciliation_id") REFERENCES "public"."reconciliations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliations" ADD CONSTRAINT "reconciliations_imported_by_users_id_fk" FOREIGN KEY ("imported_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "reconciliation_decisions_key" ON "reconciliation_decisions" USING btree ("difference_id","ordinal");--> statement-breakpoint
CREATE UNIQUE INDEX "reconciliation_differences_key" ON "reconciliation_differences" USING btree ("reconciliation_id","name");--> statement-breakpoint
CREATE INDEX "reconciliation_differences_unsettled_idx" ON "reconciliation_differences" USING btree ("provider","kind") WHERE "reconciliation_differences"."state" <> 'settled';--> statement-breakpoint
CREATE INDEX "reconciliation_differences_intent_idx" ON "reconciliation_differences" USING btree ("intent_id");--> statement-breakpoint
CREATE INDEX "reconciliation_lines_movement_idx" ON "reconciliation_lines" USING btree ("movement","reconciliation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "reconciliations_file_key" ON "reconciliations" USING btree ("provider","sha256");--> statement-breakpoint
CREATE INDEX "reconciliations_day_idx" ON "reconciliations" USING btree ("provider","day");--> statement-breakpoint
CREATE INDEX "reconciliations_newest_idx" ON "reconciliations" USING btree ("created_at" DESC NULLS LAST);--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_of_one" CHECK (num_nonnulls("ledger_entries"."intent_id", "ledger_entries"."till_id", "ledger_entries"."difference_id") = 1);--> statement-breakpoint
-- What came and what was found is kept as it was; only where it stands moves on, and what was settled stays so.
CREATE TRIGGER reconciliations_kept BEFORE DELETE OR UPDATE OF id, provider, day, source, file_name, sha256, bytes, imported_by, created_at ON reconciliations
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER reconciliations_ended_kept BEFORE UPDATE ON reconciliations FOR EACH ROW
  WHEN (OLD.state IN ('done', 'failed')) EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER reconciliation_lines_kept BEFORE DELETE OR
  UPDATE OF reconciliation_id, number, raw, fault, kind, reference, our_id, handle, amount, currency, fee, moved ON reconciliation_lines
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER reconciliation_differences_kept BEFORE DELETE OR
  UPDATE OF id, reconciliation_id, name, provider, kind, line, intent_id, refund_id, delta, currency, found_at ON reconciliation_differences
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER reconciliation_differences_settled_kept BEFORE UPDATE ON reconciliation_differences FOR EACH ROW
  WHEN (OLD.state = 'settled') EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER reconciliation_decisions_append_only BEFORE UPDATE OR DELETE ON reconciliation_decisions
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
