CREATE TABLE "account_exports" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"locale" text NOT NULL,
	"done" integer DEFAULT 0 NOT NULL,
	"total" integer DEFAULT 0 NOT NULL,
	"bytes" integer,
	"created_at" timestamp with time zone NOT NULL,
	"ready_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "account_exports_state_known" CHECK ("account_exports"."state" in ('waiting', 'ready', 'failed', 'expired'))
);
--> statement-breakpoint
CREATE TABLE "objects_to_delete" (
	"key" text PRIMARY KEY NOT NULL,
	"prefix" boolean DEFAULT false NOT NULL,
	"due_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "vehicle_transfers" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"vehicle_id" uuid NOT NULL,
	"seller_id" uuid NOT NULL,
	"buyer_id" uuid,
	"state" text DEFAULT 'open' NOT NULL,
	"code_hash" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"accepted_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "vehicle_transfers_state_known" CHECK ("vehicle_transfers"."state" in ('open', 'accepted', 'completed', 'cancelled', 'expired')),
	CONSTRAINT "vehicle_transfers_buyer" CHECK (("vehicle_transfers"."state" not in ('accepted', 'completed')) or "vehicle_transfers"."buyer_id" is not null),
	CONSTRAINT "vehicle_transfers_two" CHECK ("vehicle_transfers"."buyer_id" <> "vehicle_transfers"."seller_id")
);
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "closed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "account_exports" ADD CONSTRAINT "account_exports_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vehicle_transfers" ADD CONSTRAINT "vehicle_transfers_vehicle_id_vehicles_id_fk" FOREIGN KEY ("vehicle_id") REFERENCES "public"."vehicles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vehicle_transfers" ADD CONSTRAINT "vehicle_transfers_seller_id_users_id_fk" FOREIGN KEY ("seller_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vehicle_transfers" ADD CONSTRAINT "vehicle_transfers_buyer_id_users_id_fk" FOREIGN KEY ("buyer_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "account_exports_live_key" ON "account_exports" USING btree ("user_id") WHERE "account_exports"."state" in ('waiting', 'ready');--> statement-breakpoint
CREATE INDEX "account_exports_expiry_idx" ON "account_exports" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "vehicle_transfers_live_key" ON "vehicle_transfers" USING btree ("vehicle_id") WHERE "vehicle_transfers"."state" in ('open', 'accepted');--> statement-breakpoint
CREATE UNIQUE INDEX "vehicle_transfers_code_key" ON "vehicle_transfers" USING btree ("code_hash");--> statement-breakpoint
CREATE INDEX "vehicle_transfers_seller_idx" ON "vehicle_transfers" USING btree ("seller_id");--> statement-breakpoint
CREATE INDEX "vehicle_transfers_buyer_idx" ON "vehicle_transfers" USING btree ("buyer_id");--> statement-breakpoint
CREATE INDEX "vehicle_transfers_expiry_idx" ON "vehicle_transfers" USING btree ("expires_at") WHERE "vehicle_transfers"."state" in ('open', 'accepted');--> statement-breakpoint
CREATE INDEX "users_closed_idx" ON "users" USING btree ("closed_at") WHERE "users"."closed_at" is not null;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_closed_disabled" CHECK ("users"."closed_at" is null or "users"."disabled_at" is not null);