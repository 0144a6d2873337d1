"""The settings of the newer version."""

from __future__ import annotations

from config.settings import *  # noqa: F403 - the same, and one app more
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "keepwell.cli.tests.newer"]
