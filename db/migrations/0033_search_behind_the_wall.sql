-- A policy keeps the index of patterns (LIKE, reverse) from being used: those functions might tell of rows that are hidden. The counter's
-- search by a receipt's reference asks this view, which is its owner's; it shows which item a reference is of, and the item has its policy.
CREATE VIEW receipt_references AS SELECT reference, item_id FROM receipts;
--> statement-breakpoint
-- Only read, whatever default privileges say of new tables.
REVOKE ALL ON receipt_references FROM PUBLIC, vignette_server, vignette_workers;
--> statement-breakpoint
GRANT SELECT ON receipt_references TO vignette_server, vignette_workers;
