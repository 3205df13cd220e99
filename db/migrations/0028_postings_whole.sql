-- The lines of a posting are written whole, by one statement, from its line 0 on. So that line stands for the posting, and whether it
-- balances is asked once a posting, still at the commit, instead of once a line.
CREATE FUNCTION check_posting_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM added GROUP BY posting_id HAVING min(ordinal) <> 0;
  IF FOUND THEN RAISE EXCEPTION 'a posting is written by one statement, from its line 0 on' USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_whole'; END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER ledger_whole AFTER INSERT ON ledger_entries REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_posting_whole();
--> statement-breakpoint
DROP TRIGGER ledger_balanced ON ledger_entries;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON ledger_entries DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.ordinal = 0) EXECUTE FUNCTION check_posting_balance();
