-- Who worded, approved and published a text stays with it as its words do (45 CFR § 164.530(j)).
CREATE OR REPLACE FUNCTION public.consent_text_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (OLD.kind, OLD.language, OLD.version, OLD.title, OLD.parts, OLD.digest, OLD.material, OLD.published_at,
                          OLD.published_by, OLD.worded_by, OLD.approved_by, OLD.approved_at, OLD.alone)
     IS DISTINCT FROM (NEW.kind, NEW.language, NEW.version, NEW.title, NEW.parts, NEW.digest, NEW.material, NEW.published_at,
                       NEW.published_by, NEW.worded_by, NEW.approved_by, NEW.approved_at, NEW.alone) THEN
    RAISE EXCEPTION 'a published text does not change' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
