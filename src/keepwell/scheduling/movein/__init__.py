"""Moving in: appointments to come from another system, matched with patients who are here, seen before booking."""
