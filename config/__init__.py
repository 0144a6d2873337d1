"""The only place floors are wired together."""
