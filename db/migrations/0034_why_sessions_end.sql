-- Why a session ended is said by who ends it (`vignette.session_end`, for the transaction); a session that ran out says so itself.
CREATE OR REPLACE FUNCTION tell_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (name, payload) VALUES ('session.ended', jsonb_build_object('sessionId', OLD.id, 'userId', OLD.user_id, 'why',
    coalesce(nullif(current_setting('vignette.session_end', true), ''), CASE WHEN OLD.expires_at <= clock_timestamp() THEN 'expired' ELSE 'revoked' END)));
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION end_sessions_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('vignette.session_end', CASE WHEN OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL THEN 'account_disabled' ELSE 'rights_changed' END, true);
  DELETE FROM sessions WHERE user_id = NEW.id;
  PERFORM set_config('vignette.session_end', '', true);
  RETURN NULL;
END $$;
