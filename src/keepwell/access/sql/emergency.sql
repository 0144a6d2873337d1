-- Which emergencies the actor of a token is in, asked before a page begins: they decide for which purpose it opens.
GRANT SELECT ON access_emergencyaccess TO keepwell_custodian;
CREATE POLICY in_force ON access_emergencyaccess FOR SELECT TO keepwell_custodian USING (true);
SET ROLE keepwell_custodian;
CREATE FUNCTION custody.emergencies(_token text, _at timestamptz)
RETURNS TABLE (access_id uuid, patient_id uuid, ends_at timestamptz, renewed boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
DECLARE who custody.presence := custody.read_token(_token);
BEGIN
  IF who IS NULL THEN RAISE EXCEPTION 'nobody is present' USING ERRCODE = 'KW401'; END IF;
  RETURN QUERY SELECT e.id, e.patient_id, e.ends_at, e.renewed_at IS NOT NULL FROM public.access_emergencyaccess e
    WHERE e.practice_id = who.practice_id AND e.member_id = who.actor_id AND e.ended_at IS NULL AND e.ends_at > _at
    ORDER BY e.ends_at, e.id;
END $$;
REVOKE ALL ON FUNCTION custody.emergencies(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.emergencies(text, timestamptz) TO keepwell_app;
RESET ROLE;
