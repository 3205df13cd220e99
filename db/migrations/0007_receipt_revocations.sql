CREATE TABLE "receipt_revocations" (
	"reference" text PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"revoked_at" timestamp with time zone NOT NULL,
	CONSTRAINT "receipt_revocations_reason_known" CHECK ("receipt_revocations"."reason" in ('refunded', 'reversed', 'error', 'fraud'))
);
--> statement-breakpoint
CREATE TABLE "revocation_lists" (
	"issued_at" timestamp with time zone PRIMARY KEY NOT NULL,
	"next_issue_at" timestamp with time zone NOT NULL,
	"key_id" text NOT NULL,
	"text" text NOT NULL,
	"signature" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "receipt_keys" ADD COLUMN "retired_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "receipt_keys" ADD COLUMN "revoked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "receipt_revocations" ADD CONSTRAINT "receipt_revocations_reference_receipts_reference_fk" FOREIGN KEY ("reference") REFERENCES "public"."receipts"("reference") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "revocation_lists" ADD CONSTRAINT "revocation_lists_key_id_receipt_keys_key_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."receipt_keys"("key_id") ON DELETE no action ON UPDATE no action;