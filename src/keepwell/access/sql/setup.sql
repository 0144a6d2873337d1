-- No patient's data before a practice is set up (45 CFR § 164.308(a)(2), § 164.530(a)(1)): whatever action registers one.
SET ROLE keepwell_custodian;
CREATE FUNCTION custody.require_ready() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM public.access_setup s WHERE s.practice_id = custody.practice() AND s.ready_at IS NOT NULL) THEN
    RAISE EXCEPTION 'this practice is not set up yet' USING ERRCODE = 'KW423';
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION custody.require_ready() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.require_ready() TO keepwell_owner;
RESET ROLE;
GRANT SELECT ON public.access_setup TO keepwell_custodian;
