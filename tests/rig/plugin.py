"""Loaded before Django's settings are read: points them at this process's own database and shuts the network."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.rig import browser, network, shuffling
from tests.rig import mine as mine  # sets the environment that settings read


def pytest_configure(config: pytest.Config) -> None:
    network.shut()
    shuffling.start()
    # Registered here, after pytest-django's, so that ours are the ones tests get.
    for plugin in ("tests.rig.fixtures", "tests.cast"):
        if find_spec(plugin) is not None:
            config.pluginmanager.import_plugin(plugin)


def pytest_report_header() -> list[str]:
    shuffled = f"unordered rows are shuffled by KEEPWELL_TEST_SHUFFLE={shuffling.SEED}"
    return [shuffled] if browser.chromium() else [shuffled, browser.MISSING]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if browser.chromium() is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=browser.MISSING))
