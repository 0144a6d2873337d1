-- Whose calendar address this is, before anybody is present. Asks for a token of the house; the hash is an HMAC under a
-- key from outside, so what stands in the table is neither an address nor made into one.
GRANT SELECT ON scheduling_calendarfeed TO keepwell_custodian;
CREATE POLICY whoami ON scheduling_calendarfeed FOR SELECT TO keepwell_custodian USING (true);
SET ROLE keepwell_custodian;

CREATE FUNCTION custody.feed(_token text, _hash bytea) RETURNS TABLE (feed_id uuid, practice_id uuid, practitioner_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN QUERY SELECT f.id, f.practice_id, f.practitioner_id
    FROM public.scheduling_calendarfeed f JOIN public.access_membership m ON m.id = f.practitioner_id AND m.practice_id = f.practice_id
    WHERE f.hashed = _hash AND f.revoked_at IS NULL AND (m.ends_at IS NULL OR m.ends_at > now());
END $$;

REVOKE ALL ON FUNCTION custody.feed(text, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.feed(text, bytea) TO keepwell_app;
RESET ROLE;
