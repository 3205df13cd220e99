-- Who decided, and that money went, is never undone; a refund that is over stays as it is.
CREATE TRIGGER refunds_closed_kept BEFORE UPDATE ON refunds FOR EACH ROW
  WHEN (OLD.state IN ('succeeded', 'rejected', 'withdrawn')) EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER refunds_kept BEFORE DELETE OR
  UPDATE OF id, intent_id, kind, amount, currency, reason, note, proposed_by, office_id, proposed_at, idempotency_key, proposal_digest ON refunds
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER refunds_decided_once BEFORE UPDATE OF decided_by, decided_at, decision_note ON refunds FOR EACH ROW
  WHEN (OLD.decided_by IS NOT NULL AND (NEW.decided_by, NEW.decided_at, NEW.decision_note) IS DISTINCT FROM (OLD.decided_by, OLD.decided_at, OLD.decision_note))
  EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- An item is let go of with its refund, and never taken again by it.
CREATE TRIGGER refund_items_kept BEFORE DELETE OR UPDATE OF refund_id, item_id, amount ON refund_items
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER refund_items_let_go_once BEFORE UPDATE OF holds ON refund_items FOR EACH ROW
  WHEN (NOT OLD.holds AND NEW.holds) EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER payment_reversals_append_only BEFORE UPDATE OR DELETE ON payment_reversals FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER refund_payouts_append_only BEFORE UPDATE OR DELETE ON refund_payouts FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- What was paid stays paid, unless its payment was reversed: the tax is owed again, and can be held again.
DROP TRIGGER assessments_paid_kept ON assessments;
--> statement-breakpoint
CREATE FUNCTION keep_paid_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.paid_at IS NULL
     AND (NEW.id, NEW.vehicle_id, NEW.fiscal_year) IS NOT DISTINCT FROM (OLD.id, OLD.vehicle_id, OLD.fiscal_year) THEN
    PERFORM 1 FROM assessment_claims c JOIN payment_items i ON i.intent_id = c.intent_id AND i.assessment_id = c.assessment_id
      JOIN payment_reversals r ON r.item_id = i.id WHERE c.assessment_id = OLD.id;
    IF FOUND THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'a paid assessment is kept';
END $$;
--> statement-breakpoint
CREATE TRIGGER assessments_paid_kept BEFORE DELETE OR UPDATE ON assessments FOR EACH ROW
  WHEN (OLD.paid_at IS NOT NULL) EXECUTE FUNCTION keep_paid_assessment();
