-- What was revoked stays so.
CREATE TRIGGER receipt_revocations_append_only BEFORE UPDATE OR DELETE ON receipt_revocations FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- A list that was signed is never another; old ones may go, for each can be made of receipt_revocations.
CREATE TRIGGER revocation_lists_unchanged BEFORE UPDATE ON revocation_lists FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Of a key nothing changes but that it is retired or revoked, each once.
DROP TRIGGER receipt_keys_append_only ON receipt_keys;
--> statement-breakpoint
CREATE TRIGGER receipt_keys_append_only BEFORE DELETE OR UPDATE OF key_id, public_key, created_at ON receipt_keys
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER receipt_keys_ended_once BEFORE UPDATE OF retired_at, revoked_at ON receipt_keys FOR EACH ROW
  WHEN ((OLD.retired_at IS NOT NULL AND NEW.retired_at IS DISTINCT FROM OLD.retired_at)
     OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at))
  EXECUTE FUNCTION refuse_change();
