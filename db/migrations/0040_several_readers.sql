-- Several people whose pages come at the same time are read to in one transaction, that writes nothing: each of them sees what is their own
-- (db/scope.ts, ADR 035).
CREATE FUNCTION scope_readers() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT string_to_array(nullif(current_setting('vignette.readers', true), ''), ',')::uuid[] $$;
--> statement-breakpoint
ALTER POLICY server ON payment_intents USING (
  (SELECT scope_reaches_all())
  OR payer_id = (SELECT scope_user())
  OR ((SELECT scope_actor()) = 'staff' AND (till_id IS NULL OR scope_sees_till(till_id)))
  OR payer_id = ANY ((SELECT scope_readers())::uuid[])
);
--> statement-breakpoint
ALTER POLICY server ON payments USING (
  (SELECT scope_reaches_all())
  OR payer_id = (SELECT scope_user())
  OR ((SELECT scope_actor()) = 'staff' AND (SELECT true FROM payment_intents i WHERE i.id = intent_id))
  OR payer_id = ANY ((SELECT scope_readers())::uuid[])
);
--> statement-breakpoint
ALTER POLICY server ON documents USING (
  (SELECT scope_actor()) = 'system'
  OR user_id = (SELECT scope_user())
  OR ((SELECT scope_actor()) = 'staff' AND (SELECT scope_role()) IN ('agent', 'supervisor', 'administrator'))
  OR user_id = ANY ((SELECT scope_readers())::uuid[])
);
--> statement-breakpoint
ALTER POLICY server ON document_pages USING (
  (SELECT scope_actor()) = 'system' OR user_id = (SELECT scope_user()) OR (SELECT true FROM documents d WHERE d.id = document_id)
  OR user_id = ANY ((SELECT scope_readers())::uuid[])
);
