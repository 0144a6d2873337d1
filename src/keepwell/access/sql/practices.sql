-- Which practices there are, for maintenance that goes through them one by one. Asks for a token of the house.
SET ROLE keepwell_custodian;
CREATE FUNCTION custody.practices(_token text) RETURNS TABLE (practice_id uuid, slug text, name text, since timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN QUERY SELECT p.id, p.slug::text, p.name::text, p.created_at FROM public.practices_practice p ORDER BY p.slug;
END $$;

-- When each practice's protected values were last compared with its ledger; absent after more than a month without.
CREATE FUNCTION custody.reconciled(_token text) RETURNS TABLE (practice_id uuid, at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN QUERY SELECT p.id, said.at FROM public.practices_practice p, LATERAL (
    SELECT e.at FROM custody.entry e WHERE e.practice_id = p.id AND e.at > now() - interval '35 days'
    AND e.verb = 'ledger.reconciled' ORDER BY e.at DESC LIMIT 1) said;
END $$;
REVOKE ALL ON FUNCTION custody.practices(text), custody.reconciled(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.practices(text), custody.reconciled(text) TO keepwell_app;
RESET ROLE;
