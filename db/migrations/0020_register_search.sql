-- What is typed and what is kept are compared in one form: no accents, no capitals, no apostrophes (shared/domain/search/folding.ts does the
-- same). Built in, so that no extension has to be allowed by who runs the database.
CREATE FUNCTION search_fold(given text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  select lower(translate(
    regexp_replace(
      normalize(replace(replace(replace(replace(replace(given, 'Œ', 'oe'), 'œ', 'oe'), 'Æ', 'ae'), 'æ', 'ae'), 'ß', 'ss'), NFKD),
      '[\u0300-\u036f]', '', 'g'),
    'ØøŁłĐđı''’ʼ`', 'oollddi') collate "C")
$$;--> statement-breakpoint
-- The words of a name: each, both halves of a double one and the whole of it, and a short one together with what follows (`de souza`, `desouza`).
CREATE FUNCTION name_words(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  with tokens as (
    select token, lead(token) over (order by place) as next
    from regexp_split_to_table(public.search_fold(name), '[^a-z0-9-]+') with ordinality as t(token, place)
    where token <> ''
  ), words as (
    select part as word from tokens, regexp_split_to_table(token, '-+') as part
    union select replace(token, '-', '') from tokens where token like '%-%'
    union select replace(token || next, '-', '') from tokens where length(token) <= 3 and next is not null
  )
  select coalesce(array_agg(left(word, 40)), '{}') from words where word <> ''
$$;--> statement-breakpoint
CREATE TABLE "search_words" (
	"word" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "vehicle_notes" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"vehicle_id" uuid NOT NULL,
	"author_id" uuid NOT NULL,
	"text" text NOT NULL,
	"written_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "vehicle_notes_length" CHECK (length("vehicle_notes"."text") between 1 and 500)
);
--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "vehicle_id" uuid;--> statement-breakpoint
ALTER TABLE "vehicle_claims" ADD COLUMN "decided_by" uuid;--> statement-breakpoint
ALTER TABLE "vehicle_claims" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "vehicle_notes" ADD CONSTRAINT "vehicle_notes_vehicle_id_vehicles_id_fk" FOREIGN KEY ("vehicle_id") REFERENCES "public"."vehicles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vehicle_notes" ADD CONSTRAINT "vehicle_notes_author_id_users_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "search_words_from_start" ON "search_words" USING btree ("word" text_pattern_ops);--> statement-breakpoint
CREATE INDEX "search_words_from_end" ON "search_words" USING btree (reverse("word") text_pattern_ops);--> statement-breakpoint
CREATE INDEX "vehicle_notes_vehicle_idx" ON "vehicle_notes" USING btree ("vehicle_id","written_at" DESC NULLS LAST);--> statement-breakpoint
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_vehicle_id_vehicles_id_fk" FOREIGN KEY ("vehicle_id") REFERENCES "public"."vehicles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vehicle_claims" ADD CONSTRAINT "vehicle_claims_decided_by_users_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "documents_vehicle_idx" ON "documents" USING btree ("vehicle_id") WHERE "documents"."vehicle_id" is not null;--> statement-breakpoint
CREATE INDEX "payment_items_vehicle_idx" ON "payment_items" USING btree ("vehicle_id");--> statement-breakpoint
CREATE INDEX "receipts_from_start" ON "receipts" USING btree ("reference" text_pattern_ops);--> statement-breakpoint
CREATE INDEX "receipts_from_end" ON "receipts" USING btree (reverse("reference") text_pattern_ops);--> statement-breakpoint
CREATE INDEX "owners_words_idx" ON "owners" USING gin (name_words("name")) WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX "vehicles_plate_from_start" ON "vehicles" USING btree ("plate" text_pattern_ops);--> statement-breakpoint
CREATE INDEX "vehicles_plate_from_end" ON "vehicles" USING btree (reverse("plate") text_pattern_ops);--> statement-breakpoint
CREATE INDEX "vehicles_vin_from_start" ON "vehicles" USING btree ("vin" text_pattern_ops);--> statement-breakpoint
CREATE INDEX "vehicles_vin_from_end" ON "vehicles" USING btree (reverse("vin") text_pattern_ops);--> statement-breakpoint
CREATE INDEX "vehicles_words_idx" ON "vehicles" USING gin (name_words("holder_name")) WITH (fastupdate=false);
--> statement-breakpoint
-- With the rights of who migrates: whoever may write a name need not be able to write here. One statement for all rows of a statement.
CREATE FUNCTION remember_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
begin
  if tg_table_name = 'vehicles' then
    insert into search_words
      select distinct w.word from (select distinct holder_name from changed) as c, unnest(name_words(c.holder_name)) as w(word)
      where not exists (select 1 from search_words s where s.word = w.word);
  else
    insert into search_words
      select distinct w.word from (select distinct name from changed) as c, unnest(name_words(c.name)) as w(word)
      where not exists (select 1 from search_words s where s.word = w.word);
  end if;
  return null;
end
$$;--> statement-breakpoint
CREATE TRIGGER vehicles_words_new AFTER INSERT ON "vehicles" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION remember_words();--> statement-breakpoint
CREATE TRIGGER vehicles_words_changed AFTER UPDATE ON "vehicles" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION remember_words();--> statement-breakpoint
CREATE TRIGGER owners_words_new AFTER INSERT ON "owners" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION remember_words();--> statement-breakpoint
CREATE TRIGGER owners_words_changed AFTER UPDATE ON "owners" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION remember_words();--> statement-breakpoint
INSERT INTO search_words
  select distinct w.word from (select holder_name as name from vehicles union select name from owners) as c, unnest(name_words(c.name)) as w(word);
