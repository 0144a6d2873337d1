-- Where a person may work: a membership that began, is not suspended, and that the person accepted with the factors
-- they have now. Factors set up from nothing (a first link, a lost factor vouched for) are vouched for by one practice;
-- every other practice's membership closes until the person accepts it again through a link of that practice. So no
-- administrator enrols a phone for somebody else's colleague and walks into the other practice with it.
SET ROLE keepwell_custodian;
CREATE OR REPLACE FUNCTION custody.memberships(_token text, _person uuid)
RETURNS TABLE (membership_id uuid, practice_id uuid, role text, name text, ends_at timestamptz, practice_name text, time_zone text,
               custom jsonb, scope jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN QUERY SELECT m.id, m.practice_id, m.role::text, m.name::text, m.ends_at, p.name::text, p.time_zone::text,
    CASE WHEN c.id IS NOT NULL THEN jsonb_build_object('id', c.id, 'name', c.name, 'adds', c.adds, 'drops', c.drops) END, m.scope
    FROM public.access_membership m JOIN public.practices_practice p ON p.id = m.practice_id
    JOIN public.access_person w ON w.id = m.person_id
    LEFT JOIN public.access_customrole c ON c.id = m.custom_id AND c.practice_id = m.practice_id
    WHERE m.person_id = _person AND m.starts_at <= now() AND m.suspended_at IS NULL
      AND m.accepted_at >= coalesce(w.renewed_at, '-infinity')
    ORDER BY p.name, m.role, m.id;
END $$;
RESET ROLE;
