-- Many people at once: a list that moves in asks for and indexes hundreds in one statement, recorded like any other.
SET ROLE keepwell_custodian;

CREATE FUNCTION custody.index_subjects(_subjects uuid[], _exact text[], _near text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE here uuid := custody.practice();
BEGIN
  IF NOT (_subjects <@ custody.acting()) THEN RAISE EXCEPTION 'indexed outside any action' USING ERRCODE = 'KW002'; END IF;
  INSERT INTO custody.patient_index AS i (practice_id, subject_id, exact, near)
  SELECT here, s, e::bigint[], n::bigint[] FROM unnest(_subjects, _exact, _near) AS t(s, e, n)
  ON CONFLICT (practice_id, subject_id) DO UPDATE SET exact = excluded.exact, near = excluded.near, last_seen = now();
END $$;

-- One question for each element: an array literal of tokens that must all be there. One entry names everybody found.
CREATE FUNCTION custody.find_each(_token text, _id uuid, _asked text[], _limit integer, _detail text, _mac bytea) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp SET enable_seqscan = off AS $$
DECLARE who custody.presence := custody.read_token(_token); one text; these uuid[]; found uuid[] := '{}';
BEGIN
  IF who IS NULL THEN RAISE EXCEPTION 'nobody is present' USING ERRCODE = 'KW401'; END IF;
  FOREACH one IN ARRAY _asked LOOP
    CONTINUE WHEN cardinality(one::bigint[]) = 0;
    -- Tokens first: a limit would make the planner walk the practice's rows by their ids instead.
    WITH holds AS MATERIALIZED (SELECT i.practice_id, i.subject_id FROM custody.patient_index i WHERE i.exact @> one::bigint[])
    SELECT array_agg(s) INTO these FROM (SELECT subject_id AS s FROM holds WHERE practice_id = who.practice_id LIMIT least(_limit, 200)) q;
    IF these IS NOT NULL THEN found := found || these; END IF;
  END LOOP;
  SELECT coalesce(array_agg(DISTINCT s), '{}') INTO found FROM unnest(found) s;
  PERFORM custody.write(who, _id, 'find', 'patient.searched', ARRAY['identity'], '{}', found, true, 'ok', _detail, NULL, _mac);
END $$;

REVOKE ALL ON FUNCTION custody.index_subjects, custody.find_each FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.index_subjects, custody.find_each TO keepwell_app;
RESET ROLE;
