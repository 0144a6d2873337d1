"""Webhooks: the practice's own systems are told what happened, by ids alone, signed, at least once."""
