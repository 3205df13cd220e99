-- A partition a fiscal year, and one for years that nobody thought of.
DO $$
BEGIN
  FOR year IN 2020..2040 LOOP
    EXECUTE format('CREATE TABLE payments_%s PARTITION OF payments FOR VALUES FROM (%s) TO (%s)', year, year, year + 1);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE TABLE payments_other PARTITION OF payments DEFAULT;
--> statement-breakpoint
-- Double entry: at the commit the lines of every posting that was written to balance, in each currency.
CREATE FUNCTION check_posting_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM ledger_entries WHERE posting_id = NEW.posting_id GROUP BY currency HAVING sum(debit) <> sum(credit);
  IF FOUND THEN RAISE EXCEPTION 'posting % does not balance', NEW.posting_id USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balanced'; END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON ledger_entries DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION check_posting_balance();
--> statement-breakpoint
CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER payments_append_only BEFORE UPDATE OR DELETE ON payments FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER settlements_append_only BEFORE UPDATE OR DELETE ON settlements FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER provider_refs_append_only BEFORE UPDATE OR DELETE ON provider_refs FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER webhook_events_append_only BEFORE UPDATE OR DELETE ON webhook_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER receipt_keys_append_only BEFORE UPDATE OR DELETE ON receipt_keys FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Of a receipt nothing changes but when its PDF was stored.
CREATE TRIGGER receipts_append_only BEFORE DELETE OR
  UPDATE OF reference, item_id, intent_id, series, year, number, key_id, text, signature, valid_until, issued_at ON receipts
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Who paid a tax holds it for ever, and what was paid stays paid.
CREATE FUNCTION keep_paid_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM assessments WHERE id = OLD.assessment_id AND paid_at IS NOT NULL;
  IF FOUND THEN RAISE EXCEPTION 'the claim of a paid assessment is kept'; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER assessment_claims_kept BEFORE UPDATE OR DELETE ON assessment_claims FOR EACH ROW EXECUTE FUNCTION keep_paid_claim();
--> statement-breakpoint
CREATE TRIGGER assessments_paid_kept BEFORE DELETE OR UPDATE ON assessments FOR EACH ROW
  WHEN (OLD.paid_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
