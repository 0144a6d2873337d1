-- Every filter of the activity log is answered by an index, newest first, under row security: plain equality only, and
-- partial indexes whose conditions the planner finds in the question. What most entries are (an opening, for treatment,
-- that went well) has none of its own: walking back by time meets enough of them at once.
SET ROLE keepwell_custodian;

CREATE INDEX entry_kind ON custody.entry (practice_id, kind, at) WHERE kind <> 'open';
CREATE INDEX entry_verb ON custody.entry (practice_id, verb, at) WHERE verb <> 'chart.opened';
CREATE INDEX entry_purpose ON custody.entry (practice_id, purpose, at) WHERE purpose NOT IN ('TREAT', 'HOPERAT');
CREATE INDEX entry_amiss ON custody.entry (practice_id, at) WHERE outcome <> 'ok';
CREATE INDEX entry_psychotherapy ON custody.entry (practice_id, at) WHERE 'psychotherapy' = ANY (classes);
CREATE INDEX entry_part2 ON custody.entry (practice_id, at) WHERE 'part2' = ANY (classes);

-- The device of a sign-in is in its detail. Read by a pattern, not as JSON: a pattern never fails an entry.
CREATE FUNCTION custody.device_of(_detail text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$ SELECT substring(_detail FROM '"device": ?"([0-9a-f-]{36})"') $$;
CREATE INDEX entry_device ON custody.entry (practice_id, custody.device_of(detail), at) WHERE kind = 'sign_in';

-- The sessions of a device, newest first. The pattern is not leakproof, so only its owner gets an index to answer it.
CREATE FUNCTION custody.sessions_on(_device uuid, _limit integer) RETURNS TABLE (session_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
  SELECT s FROM (
    SELECT e.session_id AS s, max(e.at) AS last FROM custody.entry e
    WHERE e.practice_id = custody.practice() AND e.kind = 'sign_in' AND custody.device_of(e.detail) = _device::text
      AND e.session_id IS NOT NULL GROUP BY e.session_id) found
  ORDER BY last DESC LIMIT least(_limit, 5000) $$;

REVOKE ALL ON FUNCTION custody.device_of(text), custody.sessions_on(uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.sessions_on(uuid, integer) TO keepwell_app;
RESET ROLE;
