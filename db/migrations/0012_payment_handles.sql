ALTER TABLE "payment_intents" ALTER COLUMN "phone" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "payment_intents" ADD COLUMN "provider_handle" text;--> statement-breakpoint
ALTER TABLE "payment_intents" ADD COLUMN "redirect_url" text;--> statement-breakpoint
ALTER TABLE "payment_intents" ADD COLUMN "cancel_requested_at" timestamp with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "payment_intents_handle_key" ON "payment_intents" USING btree ("provider","provider_handle") WHERE "payment_intents"."provider_handle" is not null;--> statement-breakpoint
ALTER TABLE "payment_intents" ADD CONSTRAINT "payment_intents_phone" CHECK ("payment_intents"."phone" is not null or "payment_intents"."provider" not in ('mtn_momo', 'mvola'));