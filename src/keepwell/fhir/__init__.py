"""FHIR R4 (4.0.1) at the door: bundles come in here. An entrance: it calls actions and has no tables of its own."""
