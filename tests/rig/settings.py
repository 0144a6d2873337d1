"""Keepwell's settings for tools that only read them, such as the type checker: they need no installation."""

# ruff: noqa: F403, I001 - the order is the point
from tests.rig import mine as mine  # sets the environment that settings read
from config.settings import *
