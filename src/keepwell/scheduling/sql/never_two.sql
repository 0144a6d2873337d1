-- No two at once: the database refuses what two people book in the same moment (FHIR Slot, Appointment).
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE scheduling_slot
  ADD CONSTRAINT scheduling_slot_order CHECK (busy_from <= starts_at AND starts_at < ends_at AND ends_at <= busy_until),
  ADD CONSTRAINT scheduling_slot_never_two EXCLUDE USING gist (practitioner_id WITH =, tstzrange(busy_from, busy_until) WITH &&)
    WHERE (status <> 'free' AND NOT overbooked);
ALTER TABLE scheduling_appointment
  ADD CONSTRAINT scheduling_appointment_order CHECK (starts_at < ends_at),
  ADD CONSTRAINT scheduling_appointment_never_two EXCLUDE USING gist (patient_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (status IN ('booked', 'arrived', 'checked-in') AND NOT overbooked);
