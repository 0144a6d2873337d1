-- What the door says of a membership, and now also which role of the practice's own it has and what an auditor may look at.
GRANT SELECT ON access_customrole TO keepwell_custodian;
CREATE POLICY whoami ON access_customrole FOR SELECT TO keepwell_custodian USING (true);
SET ROLE keepwell_custodian;

DROP FUNCTION custody.whoami(text, bytea);
DROP FUNCTION custody.memberships(text, uuid);

-- A person's memberships, in whichever practice. Ended ones too, so that a person can be told when access ended.
CREATE FUNCTION custody.memberships(_token text, _person uuid)
RETURNS TABLE (membership_id uuid, practice_id uuid, role text, name text, ends_at timestamptz, practice_name text, time_zone text,
               custom jsonb, scope jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN QUERY SELECT m.id, m.practice_id, m.role::text, m.name::text, m.ends_at, p.name::text, p.time_zone::text,
    CASE WHEN c.id IS NOT NULL THEN jsonb_build_object('id', c.id, 'name', c.name, 'adds', c.adds, 'drops', c.drops) END, m.scope
    FROM public.access_membership m JOIN public.practices_practice p ON p.id = m.practice_id
    LEFT JOIN public.access_customrole c ON c.id = m.custom_id AND c.practice_id = m.practice_id
    WHERE m.person_id = _person ORDER BY p.name, m.role, m.id;
END $$;

-- A session by the hash of its key, and every membership of its person: one row each, or one row without.
CREATE FUNCTION custody.whoami(_token text, _key_hash bytea)
RETURNS TABLE (session_id uuid, data text, seen_at timestamptz, active boolean, membership_id uuid, practice_id uuid, role text,
               name text, ends_at timestamptz, practice_name text, time_zone text, custom jsonb, scope jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN QUERY SELECT s.id, s.data, s.seen_at, coalesce(p.is_active, true), m.* FROM public.access_session s
    LEFT JOIN public.access_person p ON p.id = s.person_id
    LEFT JOIN LATERAL custody.memberships(_token, s.person_id) m ON true
    WHERE s.key_hash = _key_hash AND s.ended_at IS NULL;
END $$;

REVOKE ALL ON FUNCTION custody.memberships(text, uuid), custody.whoami(text, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.memberships(text, uuid), custody.whoami(text, bytea) TO keepwell_app;
RESET ROLE;
