-- The sign-in services of all practices, before anybody is present: what the sign-in page offers, and what an answer is
-- checked against. Asks for a token of the house; client secrets are sealed under a key from outside the database.
GRANT SELECT ON access_identityprovider TO keepwell_custodian;
CREATE POLICY whoami ON access_identityprovider FOR SELECT TO keepwell_custodian USING (true);
SET ROLE keepwell_custodian;

CREATE FUNCTION custody.identity_providers(_token text)
RETURNS TABLE (provider_id uuid, practice_id uuid, label text, issuer text, client text, sealed text, roles jsonb, trusts boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN QUERY SELECT p.id, p.practice_id, p.label::text, p.issuer::text, p.client::text, p.sealed::text, p.roles, p.trusts
    FROM public.access_identityprovider p WHERE p.ended_at IS NULL ORDER BY p.label, p.id;
END $$;

REVOKE ALL ON FUNCTION custody.identity_providers(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.identity_providers(text) TO keepwell_app;
RESET ROLE;
