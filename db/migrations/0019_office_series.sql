CREATE TABLE "office_series" (
	"office_id" uuid PRIMARY KEY NOT NULL,
	"ordinal" integer GENERATED ALWAYS AS IDENTITY (sequence name "office_series_ordinal_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	CONSTRAINT "office_series_ordinal_unique" UNIQUE("ordinal")
);
--> statement-breakpoint
ALTER TABLE "office_series" ADD CONSTRAINT "office_series_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;