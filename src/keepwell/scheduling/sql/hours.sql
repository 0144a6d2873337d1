-- The hours somebody works, full days included: what is open is these without them. Owners count booked time against
-- hours worked, so the two are asked apart.

CREATE FUNCTION scheduling_hours(_who uuid[], _from timestamptz, _until timestamptz)
RETURNS TABLE (practitioner_id uuid, works tstzmultirange) LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  WITH day AS (
    SELECT s.practitioner_id AS whose, s.time_zone AS z, (_from AT TIME ZONE s.time_zone)::date + n AS day
    FROM unnest(_who) AS w(id) JOIN LATERAL (SELECT * FROM scheduling_schedule x WHERE x.practitioner_id = w.id) s ON true,
      generate_series(-1, (_until AT TIME ZONE s.time_zone)::date - (_from AT TIME ZONE s.time_zone)::date + 1) AS n),
  weekly AS (
    SELECT d.whose, range_agg(tstzrange((d.day + h.opens) AT TIME ZONE d.z, (d.day + h.closes) AT TIME ZONE d.z)) AS r
    FROM day d JOIN scheduling_weeklyhours h ON h.practitioner_id = d.whose AND h.weekday = extract(isodow FROM d.day)
      AND h.from_day <= d.day AND (h.until_day IS NULL OR h.until_day >= d.day) GROUP BY d.whose),
  odd AS (
    SELECT d.whose, x.works, range_agg(tstzrange((d.day + coalesce(x.opens, '00:00')) AT TIME ZONE d.z,
      CASE WHEN x.closes IS NULL THEN (d.day + 1)::timestamp AT TIME ZONE d.z ELSE (d.day + x.closes) AT TIME ZONE d.z END)) AS r
    FROM day d JOIN scheduling_dayexception x ON x.ended_at IS NULL AND x.from_day <= d.day AND x.until_day >= d.day
      AND (x.practitioner_id = d.whose OR x.practitioner_id IS NULL) GROUP BY d.whose, x.works)
  SELECT w.id, (coalesce(h.r, '{}') - coalesce(off.r, '{}') + coalesce(extra.r, '{}')) * tstzmultirange(tstzrange(_from, _until))
  FROM unnest(_who) AS w(id) LEFT JOIN weekly h ON h.whose = w.id LEFT JOIN odd off ON off.whose = w.id AND NOT off.works
    LEFT JOIN odd extra ON extra.whose = w.id AND extra.works $$;

CREATE OR REPLACE FUNCTION scheduling_open(_who uuid[], _from timestamptz, _until timestamptz)
RETURNS TABLE (practitioner_id uuid, open tstzmultirange) LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  WITH day AS (
    SELECT s.practitioner_id AS whose, s.time_zone AS z, s.max_a_day AS most, (_from AT TIME ZONE s.time_zone)::date + n AS day
    FROM unnest(_who) AS w(id) JOIN LATERAL (SELECT * FROM scheduling_schedule x
        WHERE x.practitioner_id = w.id AND x.max_a_day IS NOT NULL) s ON true,
      generate_series(-1, (_until AT TIME ZONE s.time_zone)::date - (_from AT TIME ZONE s.time_zone)::date + 1) AS n),
  full_day AS (
    SELECT d.whose, range_agg(tstzrange(d.day::timestamp AT TIME ZONE d.z, (d.day + 1)::timestamp AT TIME ZONE d.z)) AS r
    FROM day d WHERE d.most <= (
      SELECT count(*) FROM scheduling_slot s WHERE s.practitioner_id = d.whose AND s.status = 'busy'
        AND s.starts_at >= d.day::timestamp AT TIME ZONE d.z AND s.starts_at < (d.day + 1)::timestamp AT TIME ZONE d.z)
    GROUP BY d.whose)
  SELECT h.practitioner_id, h.works - coalesce(f.r, '{}')
  FROM scheduling_hours(_who, _from, _until) h LEFT JOIN full_day f ON f.whose = h.practitioner_id $$;
GRANT EXECUTE ON FUNCTION scheduling_hours(uuid[], timestamptz, timestamptz) TO keepwell_app;
