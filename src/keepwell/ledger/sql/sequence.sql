-- The sequence: committed entries in their final order, as leaves of a Merkle tree (RFC 6962 § 2.1), and the signed
-- checkpoints over it. Rows here are only ever added. The sequencer writes through the functions below; the application
-- may read the leaves of its own practice and everything that names no practice, except the sealed signing keys.

SET ROLE keepwell_custodian;

-- Transaction numbers begin anew when the data moves to another cluster; each cluster the ledger lived in is a generation.
CREATE TABLE custody.generation (
  generation integer PRIMARY KEY, system_identifier bigint NOT NULL, first_seq bigint NOT NULL, xid xid8 NOT NULL,
  opened_at timestamptz NOT NULL);

-- The columns from entry_id to xid repeat the entry's, in its order.
CREATE TABLE custody.leaf (
  seq bigint PRIMARY KEY, entry_id uuid NOT NULL, practice_id uuid NOT NULL, at timestamptz NOT NULL, xid xid8 NOT NULL,
  leaf bytea NOT NULL CHECK (length(leaf) = 32));
CREATE UNIQUE INDEX leaf_entry ON custody.leaf (entry_id);
CREATE INDEX leaf_practice ON custody.leaf (practice_id, seq);

-- Every complete subtree of 256, 65,536 … leaves (level 8, 16 …): what makes a proof cost hundreds of hashes, not all.
CREATE TABLE custody.node (
  level smallint NOT NULL, index bigint NOT NULL, hash bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, index));

CREATE TABLE custody.ledger_key (
  number integer PRIMARY KEY, key_id text NOT NULL UNIQUE, public bytea NOT NULL CHECK (length(public) = 32),
  since timestamptz NOT NULL, note text NOT NULL);
CREATE TABLE custody.ledger_secret (key_id text PRIMARY KEY REFERENCES custody.ledger_key (key_id), root text NOT NULL, sealed bytea NOT NULL);

-- The note is what was signed; the other columns say the same for queries. `xid` is the writing transaction's own number.
CREATE TABLE custody.checkpoint (
  number bigint PRIMARY KEY, size bigint NOT NULL, at timestamptz NOT NULL, settled timestamptz NOT NULL,
  horizon xid8 NOT NULL, generation integer NOT NULL REFERENCES custody.generation, xid xid8 NOT NULL, note text NOT NULL);
CREATE INDEX checkpoint_size ON custody.checkpoint (size, number);
CREATE TABLE custody.anchored (
  checkpoint bigint NOT NULL REFERENCES custody.checkpoint, anchor text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (checkpoint, anchor));

CREATE TABLE custody.sequencer (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), state text NOT NULL CHECK (state IN ('running', 'stalled', 'stopped', 'refused', 'failed')),
  code text NOT NULL, detail text NOT NULL, since timestamptz NOT NULL, beat_at timestamptz NOT NULL);

CREATE FUNCTION custody.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% of %: rows here are only ever added', TG_OP, TG_TABLE_NAME USING ERRCODE = 'KW003'; END $$;
DO $$
DECLARE kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['generation', 'leaf', 'node', 'ledger_key', 'checkpoint', 'anchored'] LOOP
    EXECUTE format('CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON custody.%I
                    FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change()', kept);
  END LOOP;
END $$;

-- ── Writing ────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE FUNCTION custody.leaf_count() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$ SELECT coalesce(max(seq) + 1, 0) FROM custody.leaf $$;

-- Up to 256 neighbouring hashes of one level. A hash says nothing about its entry, so every practice may ask.
CREATE FUNCTION custody.tree_row(_level smallint, _tile bigint) RETURNS SETOF bytea LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
  SELECT hash FROM (
    SELECT seq AS index, leaf AS hash FROM custody.leaf WHERE _level = 0 AND seq >= _tile << 8 AND seq < (_tile + 1) << 8
    UNION ALL
    SELECT index, hash FROM custody.node WHERE level = _level AND index >= _tile << 8 AND index < (_tile + 1) << 8) h
  ORDER BY index $$;

CREATE FUNCTION custody.open_generation() RETURNS integer LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE last custody.generation; here bigint := (SELECT system_identifier FROM pg_control_system());
BEGIN
  SELECT * INTO last FROM custody.generation ORDER BY generation DESC LIMIT 1;
  IF last.system_identifier = here THEN RETURN last.generation; END IF;
  INSERT INTO custody.generation VALUES (coalesce(last.generation, 0) + 1, here, custody.leaf_count(), pg_current_xact_id(), now());
  RETURN coalesce(last.generation, 0) + 1;
END $$;

CREATE FUNCTION custody.append_leaves(_first bigint, _entries uuid[], _practices uuid[], _ats timestamptz[], _xids xid8[],
  _leaves bytea[]) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  IF _first <> custody.leaf_count() THEN RAISE EXCEPTION 'leaf % does not come next', _first USING ERRCODE = 'KW004'; END IF;
  INSERT INTO custody.leaf SELECT _first + n - 1, e, p, a, x, l
  FROM unnest(_entries, _practices, _ats, _xids, _leaves) WITH ORDINALITY AS t(e, p, a, x, l, n);
END $$;

CREATE FUNCTION custody.append_nodes(_level smallint, _first bigint, _hashes bytea[]) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
  INSERT INTO custody.node SELECT _level, _first + n - 1, h FROM unnest(_hashes) WITH ORDINALITY AS t(h, n) $$;

CREATE FUNCTION custody.append_checkpoint(_size bigint, _at timestamptz, _settled timestamptz, _horizon xid8, _generation integer, _note text)
RETURNS bigint LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE _number bigint := (SELECT coalesce(max(number), 0) + 1 FROM custody.checkpoint);
BEGIN
  IF _size <> custody.leaf_count() THEN RAISE EXCEPTION 'the tree is not of size %', _size USING ERRCODE = 'KW004'; END IF;
  INSERT INTO custody.checkpoint VALUES (_number, _size, _at, _settled, _horizon, _generation, pg_current_xact_id(), _note);
  RETURN _number;
END $$;

CREATE FUNCTION custody.confirm_anchor(_checkpoint bigint, _anchor text) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
  INSERT INTO custody.anchored (checkpoint, anchor) VALUES (_checkpoint, _anchor) ON CONFLICT DO NOTHING $$;

CREATE FUNCTION custody.add_ledger_key(_key_id text, _public bytea, _since timestamptz, _note text, _root text, _sealed bytea)
RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  INSERT INTO custody.ledger_key SELECT coalesce(max(number), 0) + 1, _key_id, _public, _since, _note FROM custody.ledger_key;
  INSERT INTO custody.ledger_secret VALUES (_key_id, _root, _sealed);
END $$;

-- A new root key version wraps the same signing key anew.
CREATE FUNCTION custody.rewrap_ledger_key(_key_id text, _root text, _sealed bytea) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
  UPDATE custody.ledger_secret SET root = _root, sealed = _sealed WHERE key_id = _key_id $$;

CREATE FUNCTION custody.sequencer_says(_state text, _code text, _detail text) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, custody, pg_temp AS $$
  INSERT INTO custody.sequencer AS s VALUES (true, _state, _code, _detail, clock_timestamp(), clock_timestamp())
  ON CONFLICT (only_one) DO UPDATE SET state = excluded.state, code = excluded.code, detail = excluded.detail, beat_at = excluded.beat_at,
    since = CASE WHEN (s.state, s.code) = (excluded.state, excluded.code) THEN s.since ELSE excluded.since END $$;

-- ── Who may do what ────────────────────────────────────────────────────────────────────────────────────────────────
REVOKE ALL ON FUNCTION custody.leaf_count, custody.tree_row, custody.open_generation, custody.append_leaves, custody.append_nodes, custody.append_checkpoint,
  custody.confirm_anchor, custody.add_ledger_key, custody.rewrap_ledger_key, custody.sequencer_says, custody.refuse_change FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.leaf_count, custody.open_generation, custody.append_leaves, custody.append_nodes, custody.append_checkpoint,
  custody.confirm_anchor, custody.add_ledger_key, custody.rewrap_ledger_key, custody.sequencer_says TO keepwell_sequencer;
GRANT EXECUTE ON FUNCTION custody.tree_row TO keepwell_app, keepwell_sequencer;
ALTER TABLE custody.leaf ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_practice ON custody.leaf FOR SELECT TO keepwell_app USING (practice_id = (SELECT custody.practice()));
CREATE POLICY every_practice ON custody.leaf FOR SELECT TO keepwell_sequencer USING (true);
GRANT SELECT ON custody.generation, custody.leaf, custody.node, custody.ledger_key, custody.checkpoint, custody.anchored, custody.sequencer
  TO keepwell_app, keepwell_sequencer;
GRANT SELECT ON custody.ledger_secret TO keepwell_sequencer;
RESET ROLE;
