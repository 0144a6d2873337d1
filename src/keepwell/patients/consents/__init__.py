"""Pages about what a patient said yes and no to. The facts and the decision are in `access` (consents, consenting)."""
