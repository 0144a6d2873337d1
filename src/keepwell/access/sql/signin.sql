-- What sign-in needs before anybody is present. Each function asks for a token of the house, which only the web process
-- signs: the application's database password alone learns no membership, resets no counter and spends no code.
GRANT SELECT ON access_session, access_person, access_membership, practices_practice TO keepwell_custodian;
CREATE POLICY whoami ON access_membership FOR SELECT TO keepwell_custodian USING (true);
CREATE POLICY whoami ON practices_practice FOR SELECT TO keepwell_custodian USING (true);
GRANT USAGE ON SCHEMA public TO keepwell_custodian;
SET ROLE keepwell_custodian;

CREATE FUNCTION custody.require_house(_token text) RETURNS void LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  IF (custody.read_token(_token)).practice_id IS DISTINCT FROM '00000000-0000-0000-0000-000000000000' THEN
    RAISE EXCEPTION 'the house is not present' USING ERRCODE = 'KW401';
  END IF;
END $$;

-- A person's memberships, in whichever practice. Ended ones too, so that a person can be told when access ended.
CREATE FUNCTION custody.memberships(_token text, _person uuid)
RETURNS TABLE (membership_id uuid, practice_id uuid, role text, name text, ends_at timestamptz, practice_name text, time_zone text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN QUERY SELECT m.id, m.practice_id, m.role::text, m.name::text, m.ends_at, p.name::text, p.time_zone::text
    FROM public.access_membership m JOIN public.practices_practice p ON p.id = m.practice_id
    WHERE m.person_id = _person ORDER BY p.name, m.role, m.id;
END $$;

-- A session by the hash of its key, and every membership of its person: one row each, or one row without.
CREATE FUNCTION custody.whoami(_token text, _key_hash bytea)
RETURNS TABLE (session_id uuid, data text, seen_at timestamptz, active boolean, membership_id uuid, practice_id uuid, role text,
               name text, ends_at timestamptz, practice_name text, time_zone text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN QUERY SELECT s.id, s.data, s.seen_at, coalesce(p.is_active, true), m.* FROM public.access_session s
    LEFT JOIN public.access_person p ON p.id = s.person_id
    LEFT JOIN LATERAL custody.memberships(_token, s.person_id) m ON true
    WHERE s.key_hash = _key_hash AND s.ended_at IS NULL;
END $$;

-- ── Counters of failed attempts (NIST SP 800-63B-4 § 3.2.2) ────────────────────────────────────────────────────────
CREATE TABLE custody.attempt (key bytea PRIMARY KEY, failures integer NOT NULL, last_at timestamptz NOT NULL);
CREATE INDEX attempt_last ON custody.attempt (last_at) WHERE failures < 100;

-- Counts an attempt before it is made, so that no number of attempts at the same time gets past the limit. `_waits[n]`:
-- seconds that must pass after the n-th failure; the last one holds for all beyond. `_forget`: one failure is forgotten
-- for every so many seconds without a new one (0: never). Answers how long to wait (0: go on) and how many failures
-- there were. Called on a connection of its own, so that a refusal does not erase it.
CREATE FUNCTION custody.attempt(_token text, _key bytea, _waits integer[], _forget integer, OUT wait integer, OUT failures integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE known custody.attempt; passed double precision;
BEGIN
  PERFORM custody.require_house(_token);
  DELETE FROM custody.attempt a WHERE a.key IN (
    SELECT b.key FROM custody.attempt b WHERE b.failures < 100 AND b.last_at < now() - interval '1 day'
    LIMIT 10 FOR UPDATE SKIP LOCKED);
  INSERT INTO custody.attempt VALUES (_key, 0, clock_timestamp()) ON CONFLICT DO NOTHING;
  SELECT * INTO known FROM custody.attempt a WHERE a.key = _key FOR UPDATE;
  passed := extract(epoch FROM clock_timestamp() - known.last_at);
  failures := known.failures - CASE WHEN _forget > 0 THEN least(known.failures, floor(passed / _forget)::integer) ELSE 0 END;
  wait := CASE WHEN failures = 0 THEN 0 ELSE greatest(0, ceil(_waits[least(failures, cardinality(_waits))] - passed)) END;
  IF wait = 0 THEN
    UPDATE custody.attempt a SET failures = attempt.failures + 1, last_at = clock_timestamp() WHERE a.key = _key;
  END IF;
END $$;

-- After a success: this one attempt was no failure, or (`_all`) none of them counts any more.
CREATE FUNCTION custody.forgive(_token text, _key bytea, _all boolean) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  DELETE FROM custody.attempt a WHERE a.key = _key AND (_all OR a.failures <= 1);
  UPDATE custody.attempt a SET failures = a.failures - 1 WHERE a.key = _key;
END $$;

-- ── One-time codes (RFC 6238 § 5.2: a code is accepted once) ───────────────────────────────────────────────────────
CREATE TABLE custody.spent_code (person_id uuid PRIMARY KEY, counter bigint NOT NULL);

-- True the first time. Codes at or before the newest one accepted are spent, whoever asks and on whichever worker.
CREATE FUNCTION custody.spend_code(_token text, _person uuid, _counter bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  INSERT INTO custody.spent_code AS s VALUES (_person, _counter)
  ON CONFLICT (person_id) DO UPDATE SET counter = excluded.counter WHERE s.counter < excluded.counter;
  RETURN FOUND;
END $$;

REVOKE ALL ON custody.attempt, custody.spent_code FROM PUBLIC, keepwell_app, keepwell_owner, keepwell_sequencer;
REVOKE ALL ON FUNCTION custody.require_house(text), custody.memberships(text, uuid), custody.whoami(text, bytea),
  custody.attempt(text, bytea, integer[], integer), custody.forgive(text, bytea, boolean), custody.spend_code(text, uuid, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.memberships(text, uuid), custody.whoami(text, bytea), custody.attempt(text, bytea, integer[], integer),
  custody.forgive(text, bytea, boolean), custody.spend_code(text, uuid, bigint) TO keepwell_app;
RESET ROLE;

-- Nobody signs in by a second address that somebody wrote into a table we do not use.
REVOKE INSERT, UPDATE, DELETE ON account_emailaddress, account_emailconfirmation FROM keepwell_app;
