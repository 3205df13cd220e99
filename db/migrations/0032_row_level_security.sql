-- Row-level security: the second wall beneath the use-cases (ADR 021). Two roles that own nothing: nodes connect as `vignette_server`, which
-- sees what the transaction's scope lets it; workers and relay as `vignette_workers`, which see all. Roles are of the whole cluster:
-- another database may have made them.
DO $$
DECLARE wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['vignette_server', 'vignette_workers'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
      EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN
          RAISE EXCEPTION 'the role % is missing and % may not make it', wanted, current_user
            USING HINT = format('As an administrator: CREATE ROLE %I NOLOGIN; GRANT %I TO %I;', wanted, wanted, current_user);
      END;
    END IF;
    IF NOT pg_has_role(current_user, wanted, 'member') THEN
      BEGIN
        EXECUTE format('GRANT %I TO %I', wanted, current_user);
      EXCEPTION WHEN insufficient_privilege THEN
        RAISE NOTICE '% is no member of %: processes need a user of their own', current_user, wanted;
      END;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', wanted);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', wanted);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', wanted);
    -- What later migrations make, by the same owner.
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', wanted);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO %I', wanted);
  END LOOP;
END $$;
--> statement-breakpoint
-- Settings of the transaction (db/scope.ts). Empty is unset: so it reads once a connection has had it.
CREATE FUNCTION scope_actor() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT nullif(current_setting('vignette.actor', true), '') $$;
--> statement-breakpoint
CREATE FUNCTION scope_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT nullif(current_setting('vignette.user', true), '')::uuid $$;
--> statement-breakpoint
CREATE FUNCTION scope_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT nullif(current_setting('vignette.role', true), '') $$;
--> statement-breakpoint
CREATE FUNCTION scope_office() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT nullif(current_setting('vignette.office', true), '')::uuid $$;
--> statement-breakpoint
-- Whether every row is in reach: for the system, and for staff whose action is of all offices.
CREATE FUNCTION scope_reaches_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(current_setting('vignette.actor', true) = 'system'
    OR (current_setting('vignette.actor', true) = 'staff' AND current_setting('vignette.reach', true) = 'all'), false) $$;
--> statement-breakpoint
-- Forced: a plain owner is bound as well, and let through by name; a table without a policy for somebody shows them nothing. What is asked
-- once a statement stands in a sub-select, so that it is not asked once a row.
DO $$
DECLARE walled text;
BEGIN
  FOREACH walled IN ARRAY ARRAY['payments', 'payment_intents', 'payment_items', 'receipts', 'till_sessions', 'cash_takings',
    'documents', 'document_pages', 'document_fields', 'audit_log'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', walled);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', walled);
    EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', walled);
    EXECUTE format('CREATE POLICY workers ON %I TO vignette_workers USING (true) WITH CHECK (true)', walled);
  END LOOP;
  -- A partition that is asked by its own name shows nothing: its table's policies do not hold there.
  FOR walled IN SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'payments'::regclass LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', walled);
    EXECUTE format('CREATE POLICY workers ON %s TO vignette_workers USING (true)', walled);
  END LOOP;
END $$;
--> statement-breakpoint
-- Tills: of the office; one's own, and one that is handed to oneself, wherever.
CREATE POLICY server ON till_sessions TO vignette_server USING (
  (SELECT scope_reaches_all())
  OR ((SELECT scope_actor()) = 'staff' AND (office_id = (SELECT scope_office()) OR agent_id = (SELECT scope_user()) OR handed_to = (SELECT scope_user())))
);
--> statement-breakpoint
CREATE POLICY server ON cash_takings TO vignette_server USING (
  (SELECT scope_reaches_all())
  OR ((SELECT scope_actor()) = 'staff' AND (office_id = (SELECT scope_office()) OR agent_id = (SELECT scope_user())))
);
--> statement-breakpoint
-- Payments: the payer's own; of the staff, those online, which are of no office, and those that lie in a till they may see.
CREATE POLICY server ON payment_intents TO vignette_server USING (
  (SELECT scope_reaches_all())
  OR payer_id = (SELECT scope_user())
  OR ((SELECT scope_actor()) = 'staff' AND (till_id IS NULL OR EXISTS (SELECT FROM till_sessions t WHERE t.id = till_id)))
);
--> statement-breakpoint
CREATE POLICY server ON payments TO vignette_server USING (
  (SELECT scope_reaches_all())
  OR payer_id = (SELECT scope_user())
  OR ((SELECT scope_actor()) = 'staff' AND EXISTS (SELECT FROM payment_intents i WHERE i.id = intent_id))
);
--> statement-breakpoint
-- What is of a payment is seen by who sees the payment.
CREATE POLICY server ON payment_items TO vignette_server USING (
  (SELECT scope_reaches_all()) OR EXISTS (SELECT FROM payment_intents i WHERE i.id = intent_id)
);
--> statement-breakpoint
CREATE POLICY server ON receipts TO vignette_server USING (
  (SELECT scope_reaches_all()) OR EXISTS (SELECT FROM payment_intents i WHERE i.id = intent_id)
);
--> statement-breakpoint
-- Documents: who sent them, and those of the staff who review them or read files, whatever office the citizen lives near.
CREATE POLICY server ON documents TO vignette_server USING (
  (SELECT scope_actor()) = 'system'
  OR user_id = (SELECT scope_user())
  OR ((SELECT scope_actor()) = 'staff' AND (SELECT scope_role()) IN ('agent', 'supervisor', 'administrator'))
);
--> statement-breakpoint
CREATE POLICY server ON document_pages TO vignette_server USING (
  (SELECT scope_actor()) = 'system' OR user_id = (SELECT scope_user()) OR EXISTS (SELECT FROM documents d WHERE d.id = document_id)
);
--> statement-breakpoint
CREATE POLICY server ON document_fields TO vignette_server USING (
  (SELECT scope_actor()) = 'system' OR EXISTS (SELECT FROM documents d WHERE d.id = document_id)
);
--> statement-breakpoint
-- The audit log: everybody's deeds are written, one's own are read; the rest is for auditors. Nobody but the system changes a line (triggers
-- leave it one change: to forget who closed their account).
CREATE POLICY server_writes ON audit_log FOR INSERT TO vignette_server WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY server_reads ON audit_log FOR SELECT TO vignette_server USING (
  (SELECT scope_actor()) = 'system' OR actor_id = (SELECT scope_user())
  OR ((SELECT scope_actor()) = 'staff' AND (SELECT scope_role()) = 'auditor')
);
--> statement-breakpoint
-- A materialised view is refreshed by its owner alone: for those who own nothing.
CREATE FUNCTION refresh_dashboard_stats() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  REFRESH MATERIALIZED VIEW CONCURRENTLY public.dashboard_stats;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION refresh_dashboard_stats() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION refresh_dashboard_stats() TO vignette_workers;
