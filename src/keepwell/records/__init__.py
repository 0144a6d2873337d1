"""Clinical resources: what happened to a patient, kept as received and shown in plain words."""
