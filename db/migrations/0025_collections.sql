CREATE INDEX "payments_paid_idx" ON "payments" USING btree ("paid_at","item_id","provider","amount");--> statement-breakpoint
CREATE INDEX "payment_reversals_at_idx" ON "payment_reversals" USING btree ("reversed_at","item_id");--> statement-breakpoint
CREATE INDEX "cash_takings_office_idx" ON "cash_takings" USING btree ("office_id","taken_at","intent_id");