from __future__ import annotations

import os

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "keepwell.access"
    label = "access"

    def ready(self) -> None:
        from keepwell.access import passwords

        passwords.refuse_rules(os.environ)
