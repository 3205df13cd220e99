DROP INDEX "reconciliations_file_key";--> statement-breakpoint
CREATE UNIQUE INDEX "reconciliations_file_key" ON "reconciliations" USING btree ("provider","sha256","day");