-- Which practices there are, for maintenance that goes through them one by one. Asks for a token of the house.
SET ROLE keepwell_custodian;
CREATE FUNCTION custody.practices(_token text) RETURNS TABLE (practice_id uuid, slug text, name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN QUERY SELECT p.id, p.slug::text, p.name::text FROM public.practices_practice p ORDER BY p.slug;
END $$;
REVOKE ALL ON FUNCTION custody.practices(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.practices(text) TO keepwell_app;
RESET ROLE;
