"""Hooks: where carriers call back. Each call is signed, or it is not heard."""
