-- Whose a document or a payment is, and nothing else of it: what a page may watch is decided by it, for thousands in one minute after a
-- network was gone. Asked of the walled tables themselves it costs a transaction with a scope each time.
CREATE FUNCTION owner_of_document(document uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT user_id FROM documents WHERE id = document $$;
--> statement-breakpoint
CREATE FUNCTION payer_of_intent(intent uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT payer_id FROM payment_intents WHERE id = intent $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION owner_of_document(uuid), payer_of_intent(uuid) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION owner_of_document(uuid), payer_of_intent(uuid) TO vignette_server, vignette_workers;
