-- A grid is drafted, proposed, approved, in this order. From the proposal on its content stands still, so that what is approved is what was
-- proposed; an approved one stays for ever: it explains what people were asked to pay.
CREATE FUNCTION keep_price_grid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'draft' THEN RAISE EXCEPTION 'a price grid begins as a draft'; END IF;
    RETURN NEW;
  END IF;
  IF OLD.status = 'approved' THEN RAISE EXCEPTION 'an approved price grid does not change'; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF (OLD.status, NEW.status) NOT IN (('draft', 'draft'), ('draft', 'proposed'), ('proposed', 'approved')) THEN
    RAISE EXCEPTION 'a price grid does not go from % to %', OLD.status, NEW.status;
  END IF;
  IF OLD.status = 'proposed' AND
     (NEW.id, NEW.country, NEW.version, NEW.effective_from, NEW.currency, NEW.data, NEW.author_id, NEW.proposed_at, NEW.created_at)
     IS DISTINCT FROM
     (OLD.id, OLD.country, OLD.version, OLD.effective_from, OLD.currency, OLD.data, OLD.author_id, OLD.proposed_at, OLD.created_at) THEN
    RAISE EXCEPTION 'a proposed price grid does not change';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER price_grids_kept BEFORE INSERT OR UPDATE OR DELETE ON price_grids FOR EACH ROW EXECUTE FUNCTION keep_price_grid();
