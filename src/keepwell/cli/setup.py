"""Django made ready for a command, as the application or as the owner."""

from __future__ import annotations

import os

from keepwell.operations.addresses import address, embedded
from keepwell.operations.places import OWNER, Places


def django(*, as_owner: bool = False) -> None:
    """Load settings and models. One process is one role: the choice holds until it ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if as_owner:
        os.environ["KEEPWELL_AS"] = "owner"
        if not embedded():
            os.environ["KEEPWELL_OWNER_DATABASE_URL"] = address(OWNER, Places.here())
    import django as framework

    framework.setup()
