-- Custody: the one part of the database the application cannot reach around.
-- Everything here belongs to keepwell_custodian, a role nobody logs in as. The application may call the functions
-- granted at the end and read its own practice's ledger; it may not read keys, the patient index or the secret.

CREATE SCHEMA custody AUTHORIZATION keepwell_custodian;
GRANT USAGE ON SCHEMA custody TO keepwell_app, keepwell_owner, keepwell_sequencer;
SET ROLE keepwell_custodian;
ALTER DEFAULT PRIVILEGES IN SCHEMA custody REVOKE ALL ON FUNCTIONS FROM PUBLIC;

-- ── Presence ───────────────────────────────────────────────────────────────────────────────────────────────────────
-- Who is here is a token the web process signs (HMAC-SHA256, RFC 2104) with a key derived from a secret outside the
-- database. The two padded blocks below let the database check a token; no role that logs in may read them.
CREATE TABLE custody.presence_key (made_at timestamptz NOT NULL DEFAULT now(), inner_block bytea NOT NULL, outer_block bytea NOT NULL);
CREATE TABLE custody.house (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), root text NOT NULL, wrapped bytea NOT NULL);

CREATE TYPE custody.presence AS (
  practice_id uuid, actor_id uuid, role text, purpose text, session_id uuid, request_id uuid);

CREATE FUNCTION custody.read_token(_token text) RETURNS custody.presence
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE part text[]; said text; who custody.presence;
BEGIN
  IF _token IS NULL OR _token = '' THEN RETURN NULL; END IF;
  part := string_to_array(_token, '|');
  IF cardinality(part) <> 8 OR length(part[8]) <> 64 THEN RETURN NULL; END IF;
  said := left(_token, length(_token) - 65);
  IF NOT EXISTS (SELECT FROM custody.presence_key k
                 WHERE encode(sha256(k.outer_block || sha256(k.inner_block || convert_to(said, 'UTF8'))), 'hex') = part[8]) THEN
    RETURN NULL;
  END IF;
  -- now() is when the transaction began, so a token that was good then stays good for all of it.
  IF part[7]::bigint < extract(epoch FROM now()) THEN RETURN NULL; END IF;
  who.practice_id := part[1]; who.actor_id := part[2]; who.role := part[3]; who.purpose := part[4];
  who.session_id := nullif(part[5], ''); who.request_id := part[6];
  RETURN who;
END $$;

CREATE FUNCTION custody.here() RETURNS custody.presence LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$ SELECT custody.read_token(current_setting('keepwell.presence', true)) $$;

CREATE FUNCTION custody.practice() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$ SELECT (custody.here()).practice_id $$;

CREATE FUNCTION custody.enter(_token text) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  IF custody.read_token(_token) IS NULL THEN RAISE EXCEPTION 'nobody is present' USING ERRCODE = 'KW401'; END IF;
  PERFORM set_config('keepwell.presence', _token, true);
END $$;

-- ── The ledger ─────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE custody.entry (
  id uuid NOT NULL, practice_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(), xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  kind text NOT NULL CHECK (kind IN ('action', 'open', 'find', 'deny', 'sign_in', 'undone', 'sealed', 'disposal', 'system')),
  verb text NOT NULL, actor_id uuid NOT NULL, role text NOT NULL, purpose text NOT NULL, session_id uuid, request_id uuid NOT NULL,
  classes text[] NOT NULL DEFAULT '{}', excerpts text[] NOT NULL DEFAULT '{}', subjects uuid[] NOT NULL DEFAULT '{}',
  listed boolean NOT NULL DEFAULT false, outcome text NOT NULL DEFAULT 'ok', detail text NOT NULL DEFAULT '{}',
  note bytea, mac bytea NOT NULL,
  PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX entry_transaction ON custody.entry (xid);
CREATE INDEX entry_when ON custody.entry (practice_id, at);
CREATE INDEX entry_who ON custody.entry (practice_id, actor_id, at);
CREATE INDEX entry_session ON custody.entry (practice_id, session_id, at) WHERE session_id IS NOT NULL;
CREATE INDEX entry_request ON custody.entry (practice_id, request_id);

-- One row per subject per entry: plain equality, because array operators are not leakproof under row security.
CREATE TABLE custody.subject (
  entry_id uuid NOT NULL, at timestamptz NOT NULL, practice_id uuid NOT NULL, subject_id uuid NOT NULL,
  actor_id uuid NOT NULL, session_id uuid, kind text NOT NULL, listed boolean NOT NULL, seen integer NOT NULL) PARTITION BY RANGE (at);
CREATE INDEX subject_whom ON custody.subject (practice_id, subject_id, at) INCLUDE (entry_id, kind);
CREATE INDEX subject_by_whom ON custody.subject (practice_id, actor_id, at) INCLUDE (subject_id, kind, seen, listed);
CREATE INDEX subject_session ON custody.subject (practice_id, session_id, at) INCLUDE (subject_id, kind, seen) WHERE session_id IS NOT NULL;

CREATE TABLE custody.entry_other PARTITION OF custody.entry DEFAULT;
CREATE TABLE custody.subject_other PARTITION OF custody.subject DEFAULT;

CREATE FUNCTION custody.make_partitions(_ahead integer DEFAULT 3) RETURNS integer LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE first date; made integer := 0; kind text; late boolean;
BEGIN
  FOR i IN -1 .. least(_ahead, 24) LOOP
    first := date_trunc('month', now() AT TIME ZONE 'UTC')::date + make_interval(months => i);
    FOREACH kind IN ARRAY ARRAY['entry', 'subject'] LOOP
      CONTINUE WHEN to_regclass(format('custody.%s_%s', kind, to_char(first, 'YYYY_MM'))) IS NOT NULL;
      -- Rows that came before their partition stay in the default one: a month is never split.
      EXECUTE format('SELECT EXISTS (SELECT FROM custody.%I_other WHERE at >= %L AND at < %L)', kind,
        first || ' 00:00+00', (first + interval '1 month')::date || ' 00:00+00') INTO late;
      CONTINUE WHEN late;
      EXECUTE format('CREATE TABLE custody.%I PARTITION OF custody.%I FOR VALUES FROM (%L) TO (%L)',
        kind || '_' || to_char(first, 'YYYY_MM'), kind, first || ' 00:00+00', (first + interval '1 month')::date || ' 00:00+00');
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;
SELECT custody.make_partitions();

-- The classes of an entry as bits, so that breach scoping reads an index and no table.
CREATE FUNCTION custody.bits(_classes text[]) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(bit_or(1 << (array_position(
    ARRAY['identity', 'contact', 'coverage', 'clinical', 'message', 'psychotherapy', 'part2',
    'office'], c) - 1)), 0) FROM unnest(_classes) c $$;

CREATE FUNCTION custody.write(_who custody.presence, _id uuid, _kind text, _verb text, _classes text[], _excerpts text[],
  _subjects uuid[], _listed boolean, _outcome text, _detail text, _note bytea, _mac bytea) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE _at timestamptz;
BEGIN
  IF _who IS NULL THEN RAISE EXCEPTION 'nobody is present' USING ERRCODE = 'KW401'; END IF;
  -- What is recorded is on disk when the transaction ends, whatever a session asked for before.
  IF current_setting('synchronous_commit') = 'off' AND current_setting('fsync') = 'on' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  INSERT INTO custody.entry (id, practice_id, kind, verb, actor_id, role, purpose, session_id, request_id, classes, excerpts,
                             subjects, listed, outcome, detail, note, mac)
  VALUES (_id, _who.practice_id, _kind, _verb, _who.actor_id, _who.role, _who.purpose, _who.session_id, _who.request_id,
          _classes, _excerpts, _subjects, _listed, _outcome, _detail, _note, _mac)
  RETURNING at INTO _at;
  INSERT INTO custody.subject (entry_id, at, practice_id, subject_id, actor_id, session_id, kind, listed, seen)
  SELECT _id, _at, _who.practice_id, s, _who.actor_id, _who.session_id, _kind, _listed, custody.bits(_classes)
  FROM unnest(_subjects) s;
END $$;

-- An opening. Called on a connection of its own, so that it is on disk before the keys are asked for.
CREATE FUNCTION custody.open(_token text, _id uuid, _verb text, _classes text[], _excerpts text[], _subjects uuid[],
  _listed boolean, _detail text, _note bytea, _mac bytea) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
  SELECT custody.write(custody.read_token(_token), _id, 'open', _verb, _classes, _excerpts, _subjects, _listed, 'ok', _detail, _note, _mac) $$;

-- What was refused, undone, signed in or done by the system itself.
CREATE FUNCTION custody.record(_token text, _id uuid, _kind text, _verb text, _classes text[], _excerpts text[], _subjects uuid[],
  _listed boolean, _outcome text, _detail text, _note bytea, _mac bytea) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  IF _kind NOT IN ('deny', 'undone', 'sign_in', 'system') THEN RAISE EXCEPTION 'not recorded this way: %', _kind USING ERRCODE = 'KW403'; END IF;
  PERFORM custody.write(custody.read_token(_token), _id, _kind, _verb, _classes, _excerpts, _subjects, _listed, _outcome, _detail, _note, _mac);
END $$;

-- An action: part of the transaction whose rows it allows to change, and gone with them if that is rolled back.
CREATE FUNCTION custody.act(_id uuid, _verb text, _classes text[], _subjects uuid[], _detail text, _note bytea, _mac bytea) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
  SELECT custody.write(custody.here(), _id, 'action', _verb, _classes, '{}', _subjects, false, 'ok', _detail, _note, _mac) $$;

-- Which values an action sealed, by row, column and version: what the nightly reconciliation compares with the tables.
CREATE FUNCTION custody.sealed(_id uuid, _verb text, _subjects uuid[], _detail text, _mac bytea) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
  SELECT custody.write(custody.here(), _id, 'sealed', _verb, '{}', '{}', _subjects, false, 'ok', _detail, NULL, _mac) $$;

-- ── Changes only inside an action ──────────────────────────────────────────────────────────────────────────────────
CREATE FUNCTION custody.acting() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT s), '{}') FROM custody.entry e, unnest(e.subjects) s
  WHERE e.xid = pg_current_xact_id_if_assigned() AND e.at >= now() AND e.kind = 'action' AND e.practice_id = custody.practice() $$;

CREATE FUNCTION custody.require_action() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE stray bigint;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN RAISE EXCEPTION 'TRUNCATE of %', TG_TABLE_NAME USING ERRCODE = 'KW002'; END IF;
  EXECUTE format('SELECT count(*) FROM changed c WHERE (c.%I = ANY ($1)) IS NOT TRUE', TG_ARGV[0]) INTO stray USING custody.acting();
  IF stray > 0 THEN
    RAISE EXCEPTION '% of % rows of % outside any action about them', TG_OP, stray, TG_TABLE_NAME USING ERRCODE = 'KW002';
  END IF;
  RETURN NULL;
END $$;

-- ── Keys ───────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE custody.practice_key (
  practice_id uuid NOT NULL, kind text NOT NULL CHECK (kind IN ('wrap', 'index', 'ledger')), epoch integer NOT NULL,
  root text NOT NULL, wrapped bytea NOT NULL, made_at timestamptz NOT NULL DEFAULT now(), retired_at timestamptz,
  PRIMARY KEY (practice_id, kind, epoch));
CREATE TABLE custody.key (
  practice_id uuid NOT NULL, subject_id uuid NOT NULL, phi_class text NOT NULL, version integer NOT NULL DEFAULT 1,
  epoch integer NOT NULL, wrapped bytea NOT NULL, committed bytea NOT NULL, made_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (practice_id, subject_id, phi_class, version));
CREATE INDEX key_epoch ON custody.key (practice_id, epoch);

-- Is this an opening that pays for keys? Committed (not this transaction's own), fresh, and of the same presence.
CREATE FUNCTION custody.paid(_entry uuid, OUT classes text[], OUT subjects uuid[], OUT practice_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE who custody.presence := custody.here();
BEGIN
  SELECT e.classes, e.subjects, e.practice_id INTO classes, subjects, practice_id FROM custody.entry e
  WHERE e.id = _entry AND e.at > clock_timestamp() - interval '60 seconds' AND e.kind = 'open'
    AND e.xid IS DISTINCT FROM pg_current_xact_id_if_assigned()
    AND e.practice_id = who.practice_id AND e.actor_id = who.actor_id AND e.purpose = who.purpose AND e.request_id = who.request_id
    AND e.session_id IS NOT DISTINCT FROM who.session_id;
  IF NOT FOUND THEN RAISE EXCEPTION 'no committed opening of this presence' USING ERRCODE = 'KW403'; END IF;
END $$;

CREATE FUNCTION custody.keys(_entry uuid)
RETURNS TABLE (subject_id uuid, phi_class text, version integer, epoch integer, wrapped bytea, committed bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE paid record;
BEGIN
  SELECT * INTO paid FROM custody.paid(_entry);
  RETURN QUERY SELECT k.subject_id, k.phi_class, k.version, k.epoch, k.wrapped, k.committed FROM custody.key k
    WHERE k.practice_id = paid.practice_id AND k.subject_id = ANY (paid.subjects) AND k.phi_class = ANY (paid.classes);
END $$;

-- A class key is made when first needed. Two makers at once: the second waits and then uses the first one's.
CREATE FUNCTION custody.add_keys(_entry uuid, _subjects uuid[], _classes text[], _epoch integer, _wrapped bytea[], _committed bytea[])
RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE paid record;
BEGIN
  SELECT * INTO paid FROM custody.paid(_entry);
  IF NOT (_subjects <@ paid.subjects AND _classes <@ paid.classes) THEN
    RAISE EXCEPTION 'the opening does not name these' USING ERRCODE = 'KW403';
  END IF;
  -- Held until the transaction ends, so that nothing is wrapped under an epoch while it is destroyed.
  PERFORM FROM custody.practice_key p
    WHERE p.practice_id = paid.practice_id AND p.kind = 'wrap' AND p.epoch = _epoch AND p.retired_at IS NULL FOR SHARE;
  IF NOT FOUND THEN RAISE EXCEPTION 'that epoch is over' USING ERRCODE = 'KW409'; END IF;
  INSERT INTO custody.key (practice_id, subject_id, phi_class, epoch, wrapped, committed)
  SELECT paid.practice_id, s, c, _epoch, w, m FROM unnest(_subjects, _classes, _wrapped, _committed) AS t(s, c, w, m)
  ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION custody.practice_keys(_token text)
RETURNS TABLE (kind text, epoch integer, root text, wrapped bytea, retired boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
  SELECT k.kind, k.epoch, k.root, k.wrapped, k.retired_at IS NOT NULL FROM custody.practice_key k
  WHERE k.practice_id = (custody.read_token(_token)).practice_id ORDER BY k.kind, k.epoch $$;

-- The first keys come with the practice. A token alone adds none to a practice that has them.
CREATE FUNCTION custody.add_practice_key(_token text, _practice uuid, _kind text, _epoch integer, _root text, _wrapped bytea) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  IF custody.read_token(_token) IS NULL THEN RAISE EXCEPTION 'nobody is present' USING ERRCODE = 'KW401'; END IF;
  IF _epoch <> 1 OR EXISTS (SELECT FROM custody.practice_key k WHERE k.practice_id = _practice AND k.kind = _kind) THEN
    RAISE EXCEPTION 'this practice has its keys' USING ERRCODE = 'KW403';
  END IF;
  INSERT INTO custody.practice_key (practice_id, kind, epoch, root, wrapped) VALUES (_practice, _kind, _epoch, _root, _wrapped);
END $$;

-- A new wrapping key, inside an action about the practice. The older ones unwrap from now on and wrap nothing more.
CREATE FUNCTION custody.renew_practice_key(_epoch integer, _root text, _wrapped bytea) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE here uuid := custody.practice();
BEGIN
  IF here IS NULL OR NOT (here = ANY (custody.acting())) THEN RAISE EXCEPTION 'outside any action' USING ERRCODE = 'KW002'; END IF;
  IF _epoch <> (SELECT max(epoch) + 1 FROM custody.practice_key k WHERE k.practice_id = here AND k.kind = 'wrap') THEN
    RAISE EXCEPTION 'not the next epoch' USING ERRCODE = 'KW409';
  END IF;
  UPDATE custody.practice_key k SET retired_at = now() WHERE k.practice_id = here AND k.kind = 'wrap' AND k.retired_at IS NULL;
  INSERT INTO custody.practice_key (practice_id, kind, epoch, root, wrapped) VALUES (here, 'wrap', _epoch, _root, _wrapped);
END $$;

CREATE FUNCTION custody.house() RETURNS TABLE (root text, wrapped bytea) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$ SELECT root, wrapped FROM custody.house $$;

-- Rotation hands out wrapped keys by openings like any other; these only say what is due and put back what was rewrapped.
CREATE FUNCTION custody.rewrap_due(_epoch integer, _limit integer) RETURNS TABLE (subject_id uuid, phi_class text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
  SELECT k.subject_id, k.phi_class FROM custody.key k WHERE k.practice_id = custody.practice() AND k.epoch < _epoch
  ORDER BY k.subject_id, k.phi_class LIMIT least(_limit, 2000) $$;

CREATE FUNCTION custody.rewrap(_entry uuid, _subjects uuid[], _classes text[], _versions integer[], _epoch integer, _wrapped bytea[])
RETURNS integer LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE paid record; done integer;
BEGIN
  SELECT * INTO paid FROM custody.paid(_entry);
  IF NOT (paid.practice_id = ANY (custody.acting())) THEN RAISE EXCEPTION 'outside any action' USING ERRCODE = 'KW002'; END IF;
  PERFORM FROM custody.practice_key p
    WHERE p.practice_id = paid.practice_id AND p.kind = 'wrap' AND p.epoch = _epoch AND p.retired_at IS NULL FOR SHARE;
  IF NOT FOUND THEN RAISE EXCEPTION 'that epoch is over' USING ERRCODE = 'KW409'; END IF;
  UPDATE custody.key k SET epoch = _epoch, wrapped = t.w
  FROM unnest(_subjects, _classes, _versions, _wrapped) AS t(s, c, v, w)
  WHERE k.practice_id = paid.practice_id AND k.subject_id = t.s AND k.phi_class = t.c AND k.version = t.v AND k.epoch < _epoch
    AND t.s = ANY (paid.subjects) AND t.c = ANY (paid.classes);
  GET DIAGNOSTICS done = ROW_COUNT;
  RETURN done;
END $$;

-- Epochs nothing is wrapped under any more may go. After that, what a backup holds under them stays closed for good.
CREATE FUNCTION custody.destroy_epochs(_through integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE here uuid := custody.practice(); gone integer;
BEGIN
  IF here IS NULL OR NOT (here = ANY (custody.acting())) THEN RAISE EXCEPTION 'outside any action' USING ERRCODE = 'KW002'; END IF;
  PERFORM FROM custody.practice_key p WHERE p.practice_id = here AND p.kind = 'wrap' AND p.epoch <= _through FOR UPDATE;
  IF EXISTS (SELECT FROM custody.key k WHERE k.practice_id = here AND k.epoch <= _through) THEN RETURN 0; END IF;
  DELETE FROM custody.practice_key p
    WHERE p.practice_id = here AND p.kind = 'wrap' AND p.epoch <= _through AND p.retired_at IS NOT NULL;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;

-- ── Jobs ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- A job runs once: its id is spent in the transaction that does its work. And only while who queued it still works here.
CREATE TABLE custody.job_run (job_id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());

CREATE FUNCTION custody.begin_job(_job uuid) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE who custody.presence := custody.here();
BEGIN
  IF who IS NULL THEN RAISE EXCEPTION 'nobody is present' USING ERRCODE = 'KW401'; END IF;
  IF who.role <> 'system' AND NOT EXISTS (SELECT FROM public.access_membership m WHERE m.id = who.actor_id
      AND m.practice_id = who.practice_id AND m.role = who.role AND (m.ends_at IS NULL OR m.ends_at > now())) THEN
    RETURN 'ended';
  END IF;
  INSERT INTO custody.job_run (job_id) VALUES (_job) ON CONFLICT DO NOTHING;
  RETURN CASE WHEN FOUND THEN 'begun' ELSE 'done before' END;
END $$;

-- ── The patient index ──────────────────────────────────────────────────────────────────────────────────────────────
-- Keyed hashes of normalised words. int8[], never int4[]: with intarray installed the latter silently scans.
CREATE TABLE custody.patient_index (
  practice_id uuid NOT NULL, subject_id uuid NOT NULL, exact bigint[] NOT NULL, near bigint[] NOT NULL,
  last_seen timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (practice_id, subject_id));
CREATE INDEX patient_index_exact ON custody.patient_index USING gin (exact) WITH (fastupdate = off);
CREATE INDEX patient_index_near ON custody.patient_index USING gin (near) WITH (fastupdate = off);

CREATE FUNCTION custody.index_subject(_subject uuid, _exact bigint[], _near bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  IF NOT (_subject = ANY (custody.acting())) THEN RAISE EXCEPTION 'indexed outside any action' USING ERRCODE = 'KW002'; END IF;
  INSERT INTO custody.patient_index AS i (practice_id, subject_id, exact, near) VALUES (custody.practice(), _subject, _exact, _near)
  ON CONFLICT (practice_id, subject_id) DO UPDATE SET exact = excluded.exact, near = excluded.near, last_seen = now();
END $$;

-- A search is a recorded opening of every candidate. `_all`: every token must be there. `_any`: one array literal per
-- word; each word needs one of its tokens, as typed or one deletion away.
CREATE FUNCTION custody.find(_token text, _id uuid, _all bigint[], _any text[], _limit integer, _detail text, _mac bytea)
RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE who custody.presence := custody.read_token(_token); clause text := ''; found uuid[];
BEGIN
  IF who IS NULL THEN RAISE EXCEPTION 'nobody is present' USING ERRCODE = 'KW401'; END IF;
  IF coalesce(cardinality(_all), 0) = 0 AND coalesce(cardinality(_any), 0) = 0 THEN RAISE EXCEPTION 'nothing asked' USING ERRCODE = 'KW403'; END IF;
  IF cardinality(_all) > 0 THEN clause := ' AND i.exact @> $2'; END IF;
  FOR n IN 1 .. least(cardinality(_any), 6) LOOP
    clause := clause || format(' AND (i.near && $3[%s]::bigint[] OR i.exact && $3[%s]::bigint[])', n, n);
  END LOOP;
  EXECUTE 'SELECT array_agg(s) FROM (SELECT i.subject_id AS s FROM custody.patient_index i WHERE i.practice_id = $1' || clause ||
          ' ORDER BY i.last_seen DESC LIMIT $4) found' INTO found USING who.practice_id, _all, _any, least(_limit, 200);
  found := coalesce(found, '{}');
  PERFORM custody.write(who, _id, 'find', 'patient.searched', ARRAY['identity'], '{}', found, true, 'ok', _detail, NULL, _mac);
END $$;

-- Whom a search found, once the search is on record: committed, fresh and of the same presence, like an opening.
CREATE FUNCTION custody.found(_entry uuid) RETURNS TABLE (subject_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE who custody.presence := custody.here(); whom uuid[];
BEGIN
  SELECT e.subjects INTO whom FROM custody.entry e
  WHERE e.id = _entry AND e.kind = 'find' AND clock_timestamp() < e.at + interval '60 seconds'
    AND pg_current_xact_id_if_assigned() IS DISTINCT FROM e.xid
    AND (e.practice_id, e.actor_id, e.request_id) = (who.practice_id, who.actor_id, who.request_id);
  IF NOT FOUND THEN RAISE EXCEPTION 'no committed search of this presence' USING ERRCODE = 'KW403'; END IF;
  RETURN QUERY SELECT unnest(whom);
END $$;

-- ── Disposal (crypto-shredding) ────────────────────────────────────────────────────────────────────────────────────
CREATE FUNCTION custody.shred(_id uuid, _subject uuid, _detail text, _mac bytea) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE gone integer;
BEGIN
  IF NOT (_subject = ANY (custody.acting())) THEN RAISE EXCEPTION 'disposed outside any action' USING ERRCODE = 'KW002'; END IF;
  PERFORM custody.write(custody.here(), _id, 'disposal', 'record.disposed', '{}', '{}', ARRAY[_subject], false, 'ok', _detail, NULL, _mac);
  DELETE FROM custody.key k WHERE k.practice_id = custody.practice() AND k.subject_id = _subject;
  GET DIAGNOSTICS gone = ROW_COUNT;
  DELETE FROM custody.patient_index i WHERE i.practice_id = custody.practice() AND i.subject_id = _subject;
  RETURN gone;
END $$;

-- ── Who may do what ────────────────────────────────────────────────────────────────────────────────────────────────
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA custody FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA custody FROM PUBLIC, keepwell_app, keepwell_owner;
GRANT EXECUTE ON FUNCTION custody.practice(), custody.enter(text), custody.open, custody.record, custody.act, custody.sealed,
  custody.keys, custody.add_keys, custody.practice_keys, custody.add_practice_key, custody.house(), custody.index_subject,
  custody.find, custody.found, custody.shred, custody.rewrap_due, custody.rewrap, custody.renew_practice_key,
  custody.destroy_epochs, custody.begin_job, custody.make_partitions(integer) TO keepwell_app;
GRANT EXECUTE ON FUNCTION custody.practice(), custody.require_action() TO keepwell_app, keepwell_owner;
ALTER TABLE custody.entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE custody.subject ENABLE ROW LEVEL SECURITY;
-- A search that is not committed yet may still be taken back, so what it found is not to be read either.
CREATE POLICY own_practice ON custody.entry FOR SELECT TO keepwell_app USING (practice_id = (SELECT custody.practice())
  AND (kind <> 'find' OR xid IS DISTINCT FROM pg_current_xact_id_if_assigned()));
CREATE POLICY own_practice ON custody.subject FOR SELECT TO keepwell_app USING (practice_id = (SELECT custody.practice())
  AND (kind <> 'find' OR EXISTS (SELECT FROM custody.entry e WHERE e.id = entry_id AND e.at = subject.at)));
CREATE POLICY every_practice ON custody.entry FOR SELECT TO keepwell_sequencer USING (true);
GRANT SELECT ON custody.entry, custody.subject TO keepwell_app;
GRANT SELECT ON custody.entry TO keepwell_sequencer;
RESET ROLE;
