-- The end of a session is told whoever ends it: the identity library, an operator with psql, the upkeep.
CREATE FUNCTION tell_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (name, payload) VALUES ('session.ended', jsonb_build_object('sessionId', OLD.id, 'userId', OLD.user_id));
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER sessions_ended AFTER DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION tell_session_ended();
--> statement-breakpoint
-- What a session may do was decided from the role, the office and the account's state: when one changes, the sessions end.
CREATE FUNCTION end_sessions_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM sessions WHERE user_id = NEW.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER users_rights_changed AFTER UPDATE OF role, office_id, disabled_at ON users FOR EACH ROW
  WHEN (OLD.role IS DISTINCT FROM NEW.role OR OLD.office_id IS DISTINCT FROM NEW.office_id OR (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL))
  EXECUTE FUNCTION end_sessions_of_user();
--> statement-breakpoint
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append only', TG_TABLE_NAME;
END $$;
--> statement-breakpoint
-- The actor's deletion may blank actor_id; nothing else of an audit row changes, and none is deleted.
CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OF at, action, entity, entity_id, details ON audit_log
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
