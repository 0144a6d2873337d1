from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "keepwell.ledger"
    label = "ledger"

    def ready(self) -> None:
        from keepwell.ledger import tokens
        from keepwell.practices import presence

        presence.signed_by(tokens.sign)
