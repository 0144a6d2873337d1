"""Moving in: a patient list from another system becomes patients, after everybody saw what would become of it."""
