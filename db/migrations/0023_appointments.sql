CREATE TABLE "appointment_plans" (
	"service_id" uuid PRIMARY KEY NOT NULL,
	"slot_minutes" integer NOT NULL,
	"capacity" integer NOT NULL,
	CONSTRAINT "appointment_plans_minutes" CHECK ("appointment_plans"."slot_minutes" between 5 and 240),
	CONSTRAINT "appointment_plans_capacity" CHECK ("appointment_plans"."capacity" between 1 and 100)
);
--> statement-breakpoint
CREATE TABLE "appointment_slots" (
	"service_id" uuid NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"taken" integer NOT NULL,
	CONSTRAINT "appointment_slots_service_id_starts_at_pk" PRIMARY KEY("service_id","starts_at"),
	CONSTRAINT "appointment_slots_taken" CHECK ("appointment_slots"."taken" >= 0)
);
--> statement-breakpoint
CREATE TABLE "appointments" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"client_id" uuid NOT NULL,
	"office_id" uuid NOT NULL,
	"service_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"day" date NOT NULL,
	"code" text NOT NULL,
	"state" text DEFAULT 'booked' NOT NULL,
	"ticket_id" uuid,
	"booked_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "appointments_state_known" CHECK ("appointments"."state" in ('booked', 'arrived', 'cancelled', 'missed')),
	CONSTRAINT "appointments_arrived" CHECK (("appointments"."state" = 'arrived') = ("appointments"."ticket_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "office_closed_days" (
	"office_id" uuid NOT NULL,
	"day" date NOT NULL,
	CONSTRAINT "office_closed_days_office_id_day_pk" PRIMARY KEY("office_id","day")
);
--> statement-breakpoint
CREATE TABLE "office_hours" (
	"office_id" uuid NOT NULL,
	"weekday" smallint NOT NULL,
	"opens" text NOT NULL,
	"closes" text NOT NULL,
	CONSTRAINT "office_hours_office_id_weekday_opens_pk" PRIMARY KEY("office_id","weekday","opens"),
	CONSTRAINT "office_hours_weekday" CHECK ("office_hours"."weekday" between 1 and 7),
	CONSTRAINT "office_hours_times" CHECK ("office_hours"."opens" ~ '^[0-2][0-9]:[0-5][0-9]$' and "office_hours"."closes" ~ '^[0-2][0-9]:[0-5][0-9]$' and "office_hours"."opens" < "office_hours"."closes")
);
--> statement-breakpoint
ALTER TABLE "appointment_plans" ADD CONSTRAINT "appointment_plans_service_id_office_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."office_services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "appointment_slots" ADD CONSTRAINT "appointment_slots_service_id_office_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."office_services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "appointments" ADD CONSTRAINT "appointments_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "appointments" ADD CONSTRAINT "appointments_service_id_office_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."office_services"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "appointments" ADD CONSTRAINT "appointments_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "appointments" ADD CONSTRAINT "appointments_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "office_closed_days" ADD CONSTRAINT "office_closed_days_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "office_hours" ADD CONSTRAINT "office_hours_office_id_offices_id_fk" FOREIGN KEY ("office_id") REFERENCES "public"."offices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "appointments_client_key" ON "appointments" USING btree ("user_id","client_id");--> statement-breakpoint
CREATE UNIQUE INDEX "appointments_open_key" ON "appointments" USING btree ("user_id","service_id") WHERE "appointments"."state" = 'booked';--> statement-breakpoint
CREATE UNIQUE INDEX "appointments_code_key" ON "appointments" USING btree ("office_id","day","code");--> statement-breakpoint
CREATE INDEX "appointments_day_idx" ON "appointments" USING btree ("office_id","day","starts_at") WHERE "appointments"."state" = 'booked';