-- When somebody works and when they are free, asked by the application under row security.
-- Range operators are not leakproof, so rows are found by plain columns and ranges are made of what was fetched.
-- Wall-clock rules become instants here and nowhere else: an hour that a clock skips begins when the skip ends, an hour
-- that comes twice is its second, standard one, as PostgreSQL reads both.

CREATE FUNCTION scheduling_open(_who uuid[], _from timestamptz, _until timestamptz)
RETURNS TABLE (practitioner_id uuid, open tstzmultirange) LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  WITH day AS (
    SELECT s.practitioner_id AS whose, s.time_zone AS z, s.max_a_day AS most, (_from AT TIME ZONE s.time_zone)::date + n AS day
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
      AND (x.practitioner_id = d.whose OR x.practitioner_id IS NULL) GROUP BY d.whose, x.works),
  full_day AS (
    SELECT d.whose, range_agg(tstzrange(d.day::timestamp AT TIME ZONE d.z, (d.day + 1)::timestamp AT TIME ZONE d.z)) AS r
    FROM day d WHERE d.most IS NOT NULL AND d.most <= (
      SELECT count(*) FROM scheduling_slot s WHERE s.practitioner_id = d.whose AND s.status = 'busy'
        AND s.starts_at >= d.day::timestamp AT TIME ZONE d.z AND s.starts_at < (d.day + 1)::timestamp AT TIME ZONE d.z)
    GROUP BY d.whose)
  SELECT w.id, (coalesce(h.r, '{}') - coalesce(off.r, '{}') + coalesce(extra.r, '{}') - coalesce(f.r, '{}'))
    * tstzmultirange(tstzrange(_from, _until))
  FROM unnest(_who) AS w(id) LEFT JOIN weekly h ON h.whose = w.id LEFT JOIN odd off ON off.whose = w.id AND NOT off.works
    LEFT JOIN odd extra ON extra.whose = w.id AND extra.works LEFT JOIN full_day f ON f.whose = w.id $$;

-- The first free starts of a service between two moments, for a patient who will be in a state; each practitioner who
-- offers it and is licensed there. Looks ahead in growing steps and stops when it has enough.
CREATE FUNCTION scheduling_free(_service uuid, _state text, _from timestamptz, _until timestamptz, _limit integer,
  _only uuid[] DEFAULT NULL)
RETURNS TABLE (practitioner_id uuid, starts_at timestamptz, ends_at timestamptz) LANGUAGE plpgsql STABLE
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
  what scheduling_healthcareservice; who uuid[]; lo timestamptz; hi timestamptz; step interval := interval '1 day';
  found_now integer; left_over integer := _limit;
BEGIN
  SELECT * INTO what FROM scheduling_healthcareservice s WHERE s.id = _service AND s.ended_at IS NULL;
  IF what.id IS NULL THEN RETURN; END IF;
  SELECT array_agg(o.practitioner_id) INTO who FROM scheduling_offering o JOIN access_membership m ON m.id = o.practitioner_id
  WHERE o.service_id = _service AND o.ended_at IS NULL AND (m.ends_at IS NULL OR m.ends_at > now())
    AND (_only IS NULL OR o.practitioner_id = ANY (_only));
  lo := greatest(_from, now() + make_interval(mins => what.lead_minutes));
  _until := least(_until, now() + make_interval(days => what.horizon_days));
  WHILE lo < _until AND left_over > 0 AND who IS NOT NULL LOOP
    hi := least(lo + step, _until);
    RETURN QUERY
      WITH works AS (SELECT w.practitioner_id AS whose, w.open FROM scheduling_open(who, lo, hi + make_interval(mins => what.minutes)) w
          WHERE NOT isempty(w.open)),
      possible AS (SELECT w.whose, range_agg(tstzrange(lower(r), upper(r) - make_interval(mins => what.minutes), '[]')) AS starts
          FROM works w, unnest(w.open) r WHERE upper(r) - lower(r) >= make_interval(mins => what.minutes) GROUP BY w.whose),
      free AS (SELECT p.whose, p.starts - coalesce(b.taken, '{}') AS starts FROM possible p CROSS JOIN LATERAL (
          SELECT range_agg(tstzrange(s.busy_from - make_interval(mins => what.minutes + what.after_minutes),
            s.busy_until + make_interval(mins => what.before_minutes), '()')) AS taken
          FROM scheduling_slot s WHERE s.practitioner_id = p.whose AND s.status <> 'free' AND NOT s.overbooked
            AND s.busy_until > lo - make_interval(mins => what.before_minutes)
            AND s.busy_from < hi + make_interval(mins => what.minutes + what.after_minutes)
            AND (s.held_until IS NULL OR s.held_until > now())) b),
      may AS (SELECT l.practitioner_id AS whose, range_agg(tstzrange(l.valid_from::timestamp AT TIME ZONE 'UTC',
            (l.valid_until + 1)::timestamp AT TIME ZONE 'UTC')) AS days
          FROM unnest(who) AS w(id) CROSS JOIN LATERAL (SELECT * FROM scheduling_license x
            WHERE x.practitioner_id = w.id AND x.state = _state AND x.ended_at IS NULL) l GROUP BY l.practitioner_id)
      SELECT f.whose, at.at, at.at + make_interval(mins => what.minutes)
      FROM free f LEFT JOIN may ON may.whose = f.whose,
        unnest(CASE WHEN what.clinical THEN f.starts * coalesce(may.days, '{}') ELSE f.starts END) r, LATERAL (
        SELECT g AS at FROM generate_series(
          to_timestamp(ceil(extract(epoch FROM lower(r)) / (60 * what.grid_minutes)) * 60 * what.grid_minutes),
          upper(r), make_interval(mins => what.grid_minutes)) g WHERE r @> g AND g >= lo AND g < hi) at
      ORDER BY at.at, f.whose LIMIT left_over;
    GET DIAGNOSTICS found_now = ROW_COUNT;
    left_over := left_over - found_now;
    lo := hi;
    step := least(step * 2, interval '16 days');
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION scheduling_open(uuid[], timestamptz, timestamptz),
  scheduling_free(uuid, text, timestamptz, timestamptz, integer, uuid[]) TO keepwell_app;
