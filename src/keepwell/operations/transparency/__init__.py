"""Keepwell's own answers to what a practice asks of vendors, with facts read from the running system."""
