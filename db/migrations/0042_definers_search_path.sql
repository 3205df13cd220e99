-- What runs with the rights of the tables' owner finds its names where nobody else can put any: temporary tables, which PostgreSQL looks
-- at first unless they are named, come last ("Writing SECURITY DEFINER Functions Safely", PostgreSQL's manual, CREATE FUNCTION).
ALTER FUNCTION owner_of_document(uuid) SET search_path = pg_catalog, public, pg_temp;
--> statement-breakpoint
ALTER FUNCTION payer_of_intent(uuid) SET search_path = pg_catalog, public, pg_temp;
--> statement-breakpoint
ALTER FUNCTION remember_words() SET search_path = pg_catalog, public, pg_temp;
