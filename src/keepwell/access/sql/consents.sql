-- What was published stays as patients saw it: a new wording is a new version (45 CFR § 164.520(e), § 164.530(j)).
CREATE FUNCTION public.consent_text_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (OLD.kind, OLD.language, OLD.version, OLD.title, OLD.parts, OLD.digest, OLD.material, OLD.published_at)
     IS DISTINCT FROM (NEW.kind, NEW.language, NEW.version, NEW.title, NEW.parts, NEW.digest, NEW.material, NEW.published_at) THEN
    RAISE EXCEPTION 'a published text does not change' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER published_stays BEFORE UPDATE OR DELETE ON access_consenttext FOR EACH ROW
  WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION public.consent_text_stays();

-- The notice of privacy practices, for anybody, before anybody is present: published and current ones only, by the
-- practice's short name. Asks for a token of the house.
GRANT SELECT ON access_consenttext TO keepwell_custodian;
CREATE POLICY published ON access_consenttext FOR SELECT TO keepwell_custodian USING (kind = 'notice' AND published_at IS NOT NULL);
SET ROLE keepwell_custodian;
CREATE FUNCTION custody.public_notice(_token text, _slug text)
RETURNS TABLE (practice_name text, language text, version integer, title text, parts jsonb, digest text, published_at timestamptz,
               time_zone text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, custody, pg_temp AS $$
BEGIN
  PERFORM custody.require_house(_token);
  RETURN QUERY SELECT p.name::text, t.language::text, t.version, t.title::text, t.parts, t.digest::text, t.published_at,
      p.time_zone::text
    FROM public.practices_practice p JOIN public.access_consenttext t ON t.practice_id = p.id
    WHERE p.slug = _slug AND t.kind = 'notice' AND t.published_at IS NOT NULL AND t.replaced_at IS NULL
    ORDER BY t.language;
END $$;
REVOKE ALL ON FUNCTION custody.public_notice(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.public_notice(text, text) TO keepwell_app;
RESET ROLE;
