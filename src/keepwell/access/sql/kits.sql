-- Whose recovery kit this is, before anybody is present. Asks for a token of the house; what stands in the table is an
-- HMAC under a key from outside the database, so a database password alone neither makes a kit nor tries one.
GRANT SELECT ON access_recoverykit TO keepwell_custodian;
CREATE POLICY whoami ON access_recoverykit FOR SELECT TO keepwell_custodian USING (true);
SET ROLE keepwell_custodian;

CREATE FUNCTION custody.recovery_kit(_token text, _mac bytea) RETURNS TABLE (practice_id uuid, kit_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN QUERY SELECT k.practice_id, k.id FROM public.access_recoverykit k
    WHERE k.mac = _mac AND k.confirmed_at IS NOT NULL AND k.ended_at IS NULL;
END $$;

REVOKE ALL ON FUNCTION custody.recovery_kit(text, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.recovery_kit(text, bytea) TO keepwell_app;
RESET ROLE;
