-- The last updates of this installation, newest first, as the house recorded them. Told to whoever signs for the house.
SET ROLE keepwell_custodian;

CREATE FUNCTION custody.updates(_token text, _limit integer) RETURNS TABLE (verb text, at timestamptz, detail text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE who custody.presence := custody.read_token(_token);
BEGIN
  IF who.practice_id IS DISTINCT FROM '00000000-0000-0000-0000-000000000000' THEN
    RAISE EXCEPTION 'the house is not present' USING ERRCODE = 'KW401';
  END IF;
  RETURN QUERY SELECT e.verb, e.at, e.detail FROM custody.entry e
    WHERE e.practice_id = who.practice_id AND e.kind = 'system'
      AND e.verb IN ('update.began', 'update.done', 'update.failed', 'update.taken_back', 'update.looked_for')
    ORDER BY e.at DESC LIMIT least(_limit, 100);
END $$;

REVOKE ALL ON FUNCTION custody.updates(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.updates(text, integer) TO keepwell_app;
RESET ROLE;
