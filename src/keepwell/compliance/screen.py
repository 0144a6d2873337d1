"""What was on the screen, as an entry tells it: the excerpts by their fields, the page, how many, how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keepwell.charts.excerpts import PLANS
from keepwell.compliance import verbs
from keepwell.compliance.outcomes import outcome_words
from keepwell.ledger.queries import Row


@dataclass(frozen=True, slots=True)
class Part:
    """One excerpt that was opened: its name in the code, and the fields that were shown of it."""

    name: str
    says: str
    fields: tuple[str, ...]


def parts(excerpts: Iterable[str]) -> list[Part]:
    """The excerpts of an entry. One that is no longer in the code keeps its name."""
    plans = {plan.name: plan for plan in PLANS.values()}
    return [_part(name, plans.get(name)) for name in excerpts]


def _part(name: str, plan: Any) -> Part:
    if plan is None:
        return Part(name, "", ())
    fields = (column.removesuffix("_id").replace("_", " ") for column in plan.columns if column not in ("pk", "id"))
    return Part(name, plan.says.partition("\n")[0], tuple(fields))


def facts(row: Row, signed_in: Row | None) -> list[tuple[str, Any]]:
    """What else an entry says, label by label; only what applies."""
    said = [
        (_("Kind"), verbs.kind_words(row.kind)),
        (_("What happened"), verbs.verb_words(row.verb)),
        (_("How it ended"), _ended(row.outcome)),
        (_("Protected values"), verbs.class_words(row.classes)),
        (_("Shown as"), _shown(row)),
        (_("Page"), row.detail.get("page")),
        (_("Searched by"), ", ".join(str(name).replace("_", " ") for name in row.detail.get("asked", ()))),
        (_("Entries found"), row.detail.get("found")),
        (_("Words agreed to (SHA-256)"), row.detail.get("digest")),
        (_("Signature or words that prove it (SHA-256)"), row.detail.get("evidence")),
        (_("Signed in by"), _methods(signed_in)),
    ]
    return [(label, value) for label, value in said if value not in (None, "")]


def _ended(outcome: str) -> str:
    words = outcome_words(outcome)
    return words if outcome == "ok" else f"{words} ({outcome})"


def _shown(row: Row) -> str:
    if row.kind not in ("open", "find", "deny") or not row.subjects:
        return ""
    if row.listed:
        return ngettext("one of a list of {n}", "one of a list of {n}", len(row.subjects)).format(n=len(row.subjects))
    return _("opened by itself")


def _methods(signed_in: Row | None) -> str:
    words = {
        "password": _("password"),
        "totp": _("code from an app"),
        "recovery_code": _("recovery code"),
        "link": _("one-time link"),
        "passkey": _("passkey"),
    }
    methods = signed_in.detail.get("by", ()) if signed_in else ()
    return ", ".join(words.get(method, str(method).replace("_", " ")) for method in methods)
