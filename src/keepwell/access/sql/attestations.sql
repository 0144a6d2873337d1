-- When somebody's last place to work ended because nobody confirmed it, for the answer they get at the door. Only that.
SET ROLE keepwell_custodian;
CREATE FUNCTION custody.lapsed(_token text, _person uuid) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN (SELECT max(m.ends_at) FROM public.access_membership m
    WHERE m.person_id = _person AND m.ended_because = 'not_recertified');
END $$;
REVOKE ALL ON FUNCTION custody.lapsed(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.lapsed(text, uuid) TO keepwell_app;
RESET ROLE;
