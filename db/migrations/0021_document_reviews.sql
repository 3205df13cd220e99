CREATE TABLE "document_reviews" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"document_id" uuid NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"reasons" jsonb NOT NULL,
	"round" integer DEFAULT 1 NOT NULL,
	"holder_id" uuid,
	"held_until" timestamp with time zone,
	"photo_reason" text,
	"photo_side" text,
	"photo_note" text,
	"changes" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"decided_by" uuid,
	"decided_at" timestamp with time zone,
	"opened_at" timestamp with time zone NOT NULL,
	CONSTRAINT "document_reviews_status_known" CHECK ("document_reviews"."status" in ('open', 'photo_asked', 'accepted', 'corrected')),
	CONSTRAINT "document_reviews_held" CHECK (("document_reviews"."holder_id" is null) = ("document_reviews"."held_until" is null)),
	CONSTRAINT "document_reviews_decided" CHECK ("document_reviews"."status" = 'open' or ("document_reviews"."decided_by" is not null and "document_reviews"."decided_at" is not null)),
	CONSTRAINT "document_reviews_note_short" CHECK (length("document_reviews"."photo_note") <= 200)
);
--> statement-breakpoint
ALTER TABLE "document_reviews" ADD CONSTRAINT "document_reviews_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "document_reviews" ADD CONSTRAINT "document_reviews_holder_id_users_id_fk" FOREIGN KEY ("holder_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "document_reviews" ADD CONSTRAINT "document_reviews_decided_by_users_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "document_reviews_document_key" ON "document_reviews" USING btree ("document_id");--> statement-breakpoint
CREATE INDEX "document_reviews_open_idx" ON "document_reviews" USING btree ("opened_at") WHERE "document_reviews"."status" = 'open';--> statement-breakpoint
CREATE INDEX "document_reviews_asked_idx" ON "document_reviews" USING btree ("decided_at") WHERE "document_reviews"."status" = 'photo_asked';