CREATE TABLE "price_grids" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"country" text NOT NULL,
	"version" integer NOT NULL,
	"status" text DEFAULT 'draft' NOT NULL,
	"effective_from" date NOT NULL,
	"currency" text NOT NULL,
	"data" jsonb NOT NULL,
	"author_id" uuid NOT NULL,
	"proposed_at" timestamp with time zone,
	"approver_id" uuid,
	"approved_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "price_grids_status_known" CHECK ("price_grids"."status" in ('draft', 'proposed', 'approved')),
	CONSTRAINT "price_grids_version_positive" CHECK ("price_grids"."version" > 0),
	CONSTRAINT "price_grids_two_persons" CHECK ("price_grids"."approver_id" <> "price_grids"."author_id"),
	CONSTRAINT "price_grids_proposed" CHECK (("price_grids"."status" = 'draft') = ("price_grids"."proposed_at" is null)),
	CONSTRAINT "price_grids_approved" CHECK (("price_grids"."status" = 'approved') = ("price_grids"."approver_id" is not null) and ("price_grids"."status" = 'approved') = ("price_grids"."approved_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "price_grids" ADD CONSTRAINT "price_grids_author_id_users_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_grids" ADD CONSTRAINT "price_grids_approver_id_users_id_fk" FOREIGN KEY ("approver_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "price_grids_version_key" ON "price_grids" USING btree ("country","version");--> statement-breakpoint
CREATE INDEX "price_grids_in_force_idx" ON "price_grids" USING btree ("country","effective_from" DESC NULLS LAST,"version" DESC NULLS LAST) WHERE "price_grids"."status" = 'approved';