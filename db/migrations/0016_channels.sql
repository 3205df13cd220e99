CREATE TABLE "payment_channels" (
	"provider" text PRIMARY KEY NOT NULL,
	"view" jsonb NOT NULL,
	"better_since" timestamp with time zone,
	"checked_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "provider_calls" (
	"provider" text NOT NULL,
	"slot" timestamp with time zone NOT NULL,
	"answered" integer NOT NULL,
	"failed" integer NOT NULL,
	"took_ms" integer NOT NULL,
	CONSTRAINT "provider_calls_provider_slot_pk" PRIMARY KEY("provider","slot"),
	CONSTRAINT "provider_calls_counts" CHECK ("provider_calls"."answered" >= 0 and "provider_calls"."failed" >= 0 and "provider_calls"."took_ms" >= 0)
);
--> statement-breakpoint
CREATE INDEX "payment_intents_lately_idx" ON "payment_intents" USING brin ("created_at");