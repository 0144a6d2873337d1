"""Loaded before Django's settings are read: points them at this process's own database and shuts the network."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.rig import mine as mine  # first: it sets the environment that settings read
from tests.rig import network


def pytest_configure(config: pytest.Config) -> None:
    network.shut()
    # Registered here, after pytest-django's, so that ours are the ones tests get.
    for plugin in ("tests.rig.fixtures", "tests.cast"):
        if find_spec(plugin) is not None:
            config.pluginmanager.import_plugin(plugin)
