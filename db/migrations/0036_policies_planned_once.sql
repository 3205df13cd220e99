-- Planning was what the wall cost: an EXISTS in a policy is planned twice each time it stands there, as a look per row and as a hashed table, and
-- those of a receipt stood three deep. A sub-select of one value is planned once, and the till is asked for in a function, whose plan is kept.
CREATE FUNCTION scope_sees_till(till uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  -- As who asks: the tills' own policy says which.
  RETURN EXISTS (SELECT FROM till_sessions t WHERE t.id = till);
END $$;
--> statement-breakpoint
ALTER POLICY server ON payment_intents USING (
  (SELECT scope_reaches_all())
  OR payer_id = (SELECT scope_user())
  OR ((SELECT scope_actor()) = 'staff' AND (till_id IS NULL OR scope_sees_till(till_id)))
);
--> statement-breakpoint
ALTER POLICY server ON payments USING (
  (SELECT scope_reaches_all())
  OR payer_id = (SELECT scope_user())
  OR ((SELECT scope_actor()) = 'staff' AND (SELECT true FROM payment_intents i WHERE i.id = intent_id))
);
--> statement-breakpoint
ALTER POLICY server ON payment_items USING (
  (SELECT scope_reaches_all()) OR (SELECT true FROM payment_intents i WHERE i.id = intent_id)
);
--> statement-breakpoint
ALTER POLICY server ON receipts USING (
  (SELECT scope_reaches_all()) OR (SELECT true FROM payment_intents i WHERE i.id = intent_id)
);
--> statement-breakpoint
ALTER POLICY server ON document_pages USING (
  (SELECT scope_actor()) = 'system' OR user_id = (SELECT scope_user()) OR (SELECT true FROM documents d WHERE d.id = document_id)
);
--> statement-breakpoint
ALTER POLICY server ON document_fields USING (
  (SELECT scope_actor()) = 'system' OR (SELECT true FROM documents d WHERE d.id = document_id)
);
