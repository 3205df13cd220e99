CREATE TABLE "counter_sessions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"office_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"label" text NOT NULL,
	"service_ids" uuid[] NOT NULL,
	"paused" boolean DEFAULT false NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "office_services" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"office_id" uuid NOT NULL,
	"prefix" text NOT NULL,
	"name_fr" text NOT NULL,
	"name_en" text NOT NULL,
	"usual_minutes" integer NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "office_services_prefix_letter" CHECK ("office_services"."prefix" ~ '^[A-Z]$'),
	CONSTRAINT "office_services_minutes" CHECK ("office_services"."usual_minutes" between 1 and 480)
);
--> statement-breakpoint
CREATE TABLE "queue_settings" (
	"office_id" uuid PRIMARY KEY NOT NULL,
	"rules" jsonb,
	"message_fr" text,
	"message_en" text
);
--> statement-breakpoint
CREATE TABLE "ticket_counters" (
	"office_id" uuid NOT NULL,
	"day" date NOT NULL,
	"prefix" text NOT NULL,
	"last" integer NOT NULL,
	CONSTRAINT "ticket_counters_office_id_day_prefix_pk" PRIMARY KEY("office_id","day","prefix")
);
--> statement-breakpoint
CREATE TABLE "ticket_history" (
	"ticket_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"event" text NOT NULL,
	"actor_id" uuid,
	"service_id" uuid NOT NULL,
	"counter" text,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "ticket_history_ticket_id_version_pk" PRIMARY KEY("ticket_id","version")
);
--> statement-breakpoint
CREATE TABLE "tickets" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"client_id" uuid NOT NULL,
	"office_id" uuid NOT NULL,
	"service_id" uuid NOT NULL,
	"day" date NOT NULL,
	"number" text NOT NULL,
	"source" text NOT NULL,
	"priority" text NOT NULL,
	"rank_at" timestamp with time zone NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"user_id" uuid,
	"agent_id" uuid,
	"counter" text,
	"calls" integer DEFAULT 0 NOT NULL,
	"transferred" boolean DEFAULT false NOT NULL,
	"note" text,
	"appointment_at" timestamp with time zone,
	"taken_at" timestamp with time zone NOT NULL,
	"called_at" timestamp with time zone,
	"serving_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	CONSTRAINT "tickets_state_known" CHECK ("tickets"."state" in ('waiting', 'called', 'serving', 'on_hold', 'no_show', 'done', 'cancelled')),
	CONSTRAINT "tickets_priority_known" CHECK ("tickets"."priority" in ('none', 'elderly', 'pregnant', 'disabled')),
	CONSTRAINT "tickets_source_known" CHECK ("tickets"."source" in ('kiosk', 'agent', 'phone', 'appointment')),
	CONSTRAINT "tickets_at_counter" CHECK ("tickets"."state" not in ('called', 'serving') or ("tickets"."agent_id" is not null and "tickets"."counter" is not null))
);
--> statement-breakpoint
ALTER TABLE "counter_sessions" ADD CONSTRAINT "counter_sessions_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "counter_sessions" ADD CONSTRAINT "counter_sessions_agent_id_users_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "office_services" ADD CONSTRAINT "office_services_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "queue_settings" ADD CONSTRAINT "queue_settings_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ticket_history" ADD CONSTRAINT "ticket_history_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_service_id_office_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."office_services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_agent_id_users_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "counter_sessions_agent_key" ON "counter_sessions" USING btree ("agent_id") WHERE "counter_sessions"."closed_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "counter_sessions_label_key" ON "counter_sessions" USING btree ("office_id","label") WHERE "counter_sessions"."closed_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "office_services_prefix_key" ON "office_services" USING btree ("office_id","prefix");--> statement-breakpoint
CREATE UNIQUE INDEX "tickets_client_key" ON "tickets" USING btree ("office_id","client_id");--> statement-breakpoint
CREATE UNIQUE INDEX "tickets_number_key" ON "tickets" USING btree ("office_id","day","number");--> statement-breakpoint
CREATE UNIQUE INDEX "tickets_at_counter_key" ON "tickets" USING btree ("agent_id") WHERE "tickets"."state" in ('called', 'serving');--> statement-breakpoint
CREATE INDEX "tickets_waiting_idx" ON "tickets" USING btree ("office_id","rank_at") WHERE "tickets"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX "tickets_day_idx" ON "tickets" USING btree ("office_id","day");--> statement-breakpoint
CREATE INDEX "tickets_user_idx" ON "tickets" USING btree ("user_id","taken_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "tickets_served_idx" ON "tickets" USING btree ("service_id","ended_at" DESC NULLS LAST) WHERE "tickets"."state" = 'done';--> statement-breakpoint
CREATE TRIGGER ticket_history_append_only BEFORE UPDATE OR DELETE ON ticket_history FOR EACH ROW EXECUTE FUNCTION refuse_change();
