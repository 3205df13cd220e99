CREATE TABLE "cash_takings" (
	"intent_id" uuid PRIMARY KEY NOT NULL,
	"till_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"office_id" uuid NOT NULL,
	"idempotency_key" uuid NOT NULL,
	"given" bigint NOT NULL,
	"taken_at" timestamp with time zone NOT NULL,
	CONSTRAINT "cash_takings_given" CHECK ("cash_takings"."given" > 0)
);
--> statement-breakpoint
CREATE TABLE "till_sessions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"office_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"counter" text,
	"currency" text NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"idempotency_key" uuid NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"float" jsonb NOT NULL,
	"float_amount" bigint NOT NULL,
	"received_from" uuid,
	"count" jsonb,
	"counted_amount" bigint,
	"expected_amount" bigint,
	"variance" bigint,
	"reason" text DEFAULT '' NOT NULL,
	"handed_to" uuid,
	"closed_at" timestamp with time zone,
	"noted_by" uuid,
	"noted_at" timestamp with time zone,
	CONSTRAINT "till_sessions_state_known" CHECK ("till_sessions"."state" in ('open', 'handing_over', 'closed')),
	CONSTRAINT "till_sessions_float" CHECK ("till_sessions"."float_amount" >= 0),
	CONSTRAINT "till_sessions_counted" CHECK (("till_sessions"."state" = 'open') = ("till_sessions"."counted_amount" is null) and ("till_sessions"."counted_amount" is null) = ("till_sessions"."expected_amount" is null)
        and ("till_sessions"."counted_amount" is null) = ("till_sessions"."variance" is null) and ("till_sessions"."counted_amount" is null) = ("till_sessions"."count" is null)),
	CONSTRAINT "till_sessions_amounts" CHECK ("till_sessions"."counted_amount" >= 0 and "till_sessions"."variance" = "till_sessions"."counted_amount" - "till_sessions"."expected_amount"),
	CONSTRAINT "till_sessions_explained" CHECK ("till_sessions"."variance" = 0 or length(trim("till_sessions"."reason")) >= 3),
	CONSTRAINT "till_sessions_closed" CHECK (("till_sessions"."state" = 'closed') = ("till_sessions"."closed_at" is not null)),
	CONSTRAINT "till_sessions_handed" CHECK ("till_sessions"."state" <> 'handing_over' or "till_sessions"."handed_to" is not null),
	CONSTRAINT "till_sessions_handed_to_another" CHECK ("till_sessions"."handed_to" <> "till_sessions"."agent_id"),
	CONSTRAINT "till_sessions_noted" CHECK (("till_sessions"."noted_by" is null) = ("till_sessions"."noted_at" is null) and ("till_sessions"."noted_by" is null or "till_sessions"."state" = 'closed')),
	CONSTRAINT "till_sessions_noted_by_another" CHECK ("till_sessions"."noted_by" <> "till_sessions"."agent_id")
);
--> statement-breakpoint
ALTER TABLE "ledger_entries" ALTER COLUMN "intent_id" DROP NOT NULL;
--> statement-breakpoint
ALTER TABLE "payment_intents" ALTER COLUMN "payer_id" DROP NOT NULL;
--> statement-breakpoint
ALTER TABLE "payments" ALTER COLUMN "payer_id" DROP NOT NULL;
--> statement-breakpoint
ALTER TABLE "receipts" ALTER COLUMN "key_id" DROP NOT NULL;
--> statement-breakpoint
ALTER TABLE "receipts" ALTER COLUMN "text" DROP NOT NULL;
--> statement-breakpoint
ALTER TABLE "receipts" ALTER COLUMN "signature" DROP NOT NULL;
--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD COLUMN "till_id" uuid;
--> statement-breakpoint
ALTER TABLE "payment_intents" ADD COLUMN "till_id" uuid;
--> statement-breakpoint
ALTER TABLE "refund_payouts" ADD COLUMN "till_id" uuid;
--> statement-breakpoint
CREATE UNIQUE INDEX "till_sessions_whose_key" ON "till_sessions" USING btree ("id","agent_id","office_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "payment_intents_till_key" ON "payment_intents" USING btree ("id","till_id");
--> statement-breakpoint
ALTER TABLE "cash_takings" ADD CONSTRAINT "cash_takings_intent_fk" FOREIGN KEY ("intent_id","till_id") REFERENCES "public"."payment_intents"("id","till_id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "cash_takings" ADD CONSTRAINT "cash_takings_till_fk" FOREIGN KEY ("till_id","agent_id","office_id") REFERENCES "public"."till_sessions"("id","agent_id","office_id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "till_sessions" ADD CONSTRAINT "till_sessions_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "till_sessions" ADD CONSTRAINT "till_sessions_agent_id_users_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "till_sessions" ADD CONSTRAINT "till_sessions_handed_to_users_id_fk" FOREIGN KEY ("handed_to") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "till_sessions" ADD CONSTRAINT "till_sessions_noted_by_users_id_fk" FOREIGN KEY ("noted_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "till_sessions" ADD CONSTRAINT "till_sessions_received_fk" FOREIGN KEY ("received_from") REFERENCES "public"."till_sessions"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE UNIQUE INDEX "cash_takings_key" ON "cash_takings" USING btree ("agent_id","idempotency_key");
--> statement-breakpoint
CREATE INDEX "cash_takings_till_idx" ON "cash_takings" USING btree ("till_id","taken_at" DESC NULLS LAST);
--> statement-breakpoint
CREATE UNIQUE INDEX "till_sessions_agent_key" ON "till_sessions" USING btree ("agent_id") WHERE "till_sessions"."state" <> 'closed';
--> statement-breakpoint
CREATE UNIQUE INDEX "till_sessions_idempotency_key" ON "till_sessions" USING btree ("agent_id","idempotency_key");
--> statement-breakpoint
CREATE UNIQUE INDEX "till_sessions_received_key" ON "till_sessions" USING btree ("received_from");
--> statement-breakpoint
CREATE INDEX "till_sessions_office_idx" ON "till_sessions" USING btree ("office_id","opened_at" DESC NULLS LAST);
--> statement-breakpoint
CREATE INDEX "till_sessions_handed_idx" ON "till_sessions" USING btree ("handed_to") WHERE "till_sessions"."state" = 'handing_over';
--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_till_id_till_sessions_id_fk" FOREIGN KEY ("till_id") REFERENCES "public"."till_sessions"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "payment_intents" ADD CONSTRAINT "payment_intents_till_id_till_sessions_id_fk" FOREIGN KEY ("till_id") REFERENCES "public"."till_sessions"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "refund_payouts" ADD CONSTRAINT "refund_payouts_till_id_till_sessions_id_fk" FOREIGN KEY ("till_id") REFERENCES "public"."till_sessions"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "ledger_entries_till_idx" ON "ledger_entries" USING btree ("till_id") WHERE "ledger_entries"."till_id" is not null;
--> statement-breakpoint
CREATE INDEX "payment_intents_till_idx" ON "payment_intents" USING btree ("till_id") WHERE "payment_intents"."till_id" is not null;
--> statement-breakpoint
CREATE INDEX "refund_payouts_till_idx" ON "refund_payouts" USING btree ("till_id") WHERE "refund_payouts"."till_id" is not null;
--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_of_one" CHECK (("ledger_entries"."intent_id" is null) <> ("ledger_entries"."till_id" is null));
--> statement-breakpoint
ALTER TABLE "payment_intents" ADD CONSTRAINT "payment_intents_till" CHECK (("payment_intents"."provider" = 'cash') = ("payment_intents"."till_id" is not null));
--> statement-breakpoint
ALTER TABLE "payment_intents" ADD CONSTRAINT "payment_intents_cash_is_there" CHECK ("payment_intents"."provider" <> 'cash' or ("payment_intents"."state" in ('pending', 'receipted') and "payment_intents"."next_check_at" is null));
--> statement-breakpoint
ALTER TABLE "payment_intents" ADD CONSTRAINT "payment_intents_payer" CHECK ("payment_intents"."payer_id" is not null or "payment_intents"."provider" = 'cash');
--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_signed_whole" CHECK (("receipts"."key_id" is null) = ("receipts"."signature" is null) and ("receipts"."text" is null) = ("receipts"."signature" is null) and ("receipts"."pdf_at" is null or "receipts"."signature" is not null));
--> statement-breakpoint
ALTER TABLE "refund_payouts" ADD CONSTRAINT "refund_payouts_till" CHECK (("refund_payouts"."channel" = 'cash') = ("refund_payouts"."till_id" is not null));
--> statement-breakpoint
-- A till keeps whose it is and what it began with; once it is closed, all but that a supervisor took note, once.
CREATE TRIGGER till_sessions_kept BEFORE DELETE OR
  UPDATE OF id, office_id, agent_id, counter, currency, idempotency_key, opened_at, "float", float_amount, received_from ON till_sessions
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER till_sessions_closed_kept BEFORE UPDATE OF state, count, counted_amount, expected_amount, variance, reason, handed_to, closed_at ON till_sessions
  FOR EACH ROW WHEN (OLD.state = 'closed') EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER till_sessions_noted_once BEFORE UPDATE OF noted_by, noted_at ON till_sessions
  FOR EACH ROW WHEN (OLD.noted_by IS NOT NULL) EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER cash_takings_append_only BEFORE UPDATE OR DELETE ON cash_takings FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- A till closes on an empty account: what was in it is in the safe, with a colleague, or explained.
CREATE FUNCTION check_till_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM ledger_entries WHERE account = 'till:' || NEW.id HAVING coalesce(sum(debit - credit), 0) <> 0;
  IF FOUND THEN RAISE EXCEPTION 'the account of till % is not empty', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'till_closes_empty'; END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER till_closes_empty BEFORE UPDATE OF state ON till_sessions FOR EACH ROW
  WHEN (NEW.state = 'closed' AND OLD.state <> 'closed') EXECUTE FUNCTION check_till_empty();
--> statement-breakpoint
-- Cash is taken and paid back by an open till; its own postings (float, count, hand-over) until it is closed. The row is held meanwhile:
-- nobody closes it in between.
CREATE FUNCTION check_till_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE is_state text;
BEGIN
  SELECT state INTO is_state FROM till_sessions WHERE id = substring(NEW.account FROM 6)::uuid FOR SHARE;
  IF is_state IS NULL OR is_state = 'closed' OR (NEW.till_id IS NULL AND is_state <> 'open') THEN
    RAISE EXCEPTION '% is not open', NEW.account USING ERRCODE = 'check_violation', CONSTRAINT = 'till_is_open';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER ledger_entries_till_open BEFORE INSERT ON ledger_entries FOR EACH ROW
  WHEN (NEW.account LIKE 'till:%') EXECUTE FUNCTION check_till_open();
--> statement-breakpoint
CREATE FUNCTION check_till_takes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM till_sessions WHERE id = NEW.till_id AND state = 'open' AND currency = NEW.currency FOR SHARE;
  IF NOT FOUND THEN RAISE EXCEPTION 'till % is not open', NEW.till_id USING ERRCODE = 'check_violation', CONSTRAINT = 'till_is_open'; END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER payment_intents_till_open BEFORE INSERT ON payment_intents FOR EACH ROW
  WHEN (NEW.till_id IS NOT NULL) EXECUTE FUNCTION check_till_takes();
--> statement-breakpoint
CREATE TRIGGER payment_intents_till_kept BEFORE UPDATE OF till_id, provider ON payment_intents FOR EACH ROW
  WHEN (NEW.till_id IS DISTINCT FROM OLD.till_id OR NEW.provider <> OLD.provider) EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Of a receipt nothing changes but when its PDF was stored, and that it is signed, once.
DROP TRIGGER receipts_append_only ON receipts;
--> statement-breakpoint
CREATE TRIGGER receipts_append_only BEFORE DELETE OR
  UPDATE OF reference, item_id, intent_id, series, year, number, valid_until, issued_at ON receipts
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER receipts_signed_once BEFORE UPDATE OF key_id, text, signature ON receipts
  FOR EACH ROW WHEN (OLD.signature IS NOT NULL) EXECUTE FUNCTION refuse_change();
