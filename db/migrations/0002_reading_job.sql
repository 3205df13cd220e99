ALTER TABLE "documents" ADD COLUMN "reading_job" text;--> statement-breakpoint
ALTER TABLE "vehicles" ADD COLUMN "owned_since" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
CREATE INDEX "documents_read_at_idx" ON "documents" USING btree ("read_at" DESC NULLS LAST) WHERE "documents"."reading_ms" is not null;