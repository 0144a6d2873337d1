-- Whose token this is, before anybody is present. Asks for a token of the house; the hash is an HMAC under a key from
-- outside, so what stands in the table is neither a token nor made into one.
GRANT SELECT ON access_apitoken, access_program TO keepwell_custodian;
CREATE POLICY whoami ON access_apitoken FOR SELECT TO keepwell_custodian USING (true);
CREATE POLICY whoami ON access_program FOR SELECT TO keepwell_custodian USING (true);
SET ROLE keepwell_custodian;

CREATE FUNCTION custody.bearer(_token text, _hash bytea)
RETURNS TABLE (token_id uuid, practice_id uuid, program_id uuid, name text, role text, purpose text, scopes jsonb, networks jsonb,
               expires_at timestamptz, ended_at timestamptz, practice_name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN QUERY SELECT t.id, t.practice_id, p.id, p.name::text, p.role::text, p.purpose::text, t.scopes, t.networks, t.expires_at,
      least(t.revoked_at, p.ended_at), w.name::text
    FROM public.access_apitoken t JOIN public.access_program p ON p.id = t.program_id AND p.practice_id = t.practice_id
    JOIN public.practices_practice w ON w.id = t.practice_id WHERE t.hashed = _hash;
END $$;

-- When a token was last used, to the minute. Kept apart from the token, which changes only inside actions.
CREATE TABLE custody.token_use (token_id uuid PRIMARY KEY, practice_id uuid NOT NULL, at timestamptz NOT NULL DEFAULT now());

CREATE FUNCTION custody.token_used(_token text, _id uuid, _practice uuid) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  INSERT INTO custody.token_use AS u VALUES (_id, _practice)
  ON CONFLICT (token_id) DO UPDATE SET at = now() WHERE u.at < now() - interval '1 minute';
END $$;

CREATE FUNCTION custody.token_uses() RETURNS TABLE (token_id uuid, at timestamptz) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
  SELECT u.token_id, u.at FROM custody.token_use u WHERE u.practice_id = custody.practice() $$;

REVOKE ALL ON custody.token_use FROM PUBLIC, keepwell_app, keepwell_owner, keepwell_sequencer;
REVOKE ALL ON FUNCTION custody.bearer(text, bytea), custody.token_used(text, uuid, uuid), custody.token_uses() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.bearer(text, bytea), custody.token_used(text, uuid, uuid), custody.token_uses() TO keepwell_app;
RESET ROLE;
