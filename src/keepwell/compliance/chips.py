"""The filters of the log: what is asked as chips, what could be asked as fields, and questions ready to ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keepwell.access import policy
from keepwell.access.models import Device, Membership
from keepwell.base.actor import Actor, Purpose
from keepwell.compliance import activity, verbs
from keepwell.compliance.outcomes import outcome_words
from keepwell.compliance.questions import DAYS, Asked
from keepwell.ledger.actions import VERBS
from keepwell.ledger.asking import NOT_OK
from keepwell.vault.phi import PhiClass

Choice = tuple[str, str]
QUICK = ("open", "find", "deny", "action", "sign_in", "disposal")
"""The kinds that stand above the list; all of them are in the form."""


def staff() -> list[Choice]:
    """Everybody who ever worked here, for the picker: id and name with role."""
    rows = Membership.objects.order_by("name", "role").values_list("id", "name", "role")
    return [(str(member), f"{name} ({activity.role_word(role)})") for member, name, role in rows]


def devices() -> list[Choice]:
    """Every device that was ever registered here, for the picker."""
    rows = Device.objects.order_by("name", "id").values_list("id", "name", "revoked_at")
    return [(str(one), _("{name} (out of use)").format(name=name) if gone else name) for one, name, gone in rows]


def finds(by: Actor) -> bool:
    """Whether patients can be looked for by name here; who may not see names goes by links."""
    return PhiClass.IDENTITY in policy.visible(by)


def kinds(asked: Asked) -> list[tuple[str, str, bool]]:
    """The quick filters: words, address, whether it is on."""
    chosen = asked.parts.get("kind", "")
    everything = (_("Everything"), asked.href(kind=None), not chosen)
    return [everything, *((verbs.kind_words(k), asked.href(kind=k), k == chosen) for k in QUICK)]


def chips(asked: Asked, names: activity.Names, known: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """What is asked, each with the address without it and whether it names a patient. `known`: people and devices."""
    words = {name: _worded(name, value, names, known) for name, value in asked.parts.items()}
    return [(said, asked.href(**{name: None}), name == "patient") for name, said in words.items() if name != "kind"]


def all_of(asked: Asked, by: Actor) -> list[tuple[str, str, bool]]:
    """The chips of a page without the list itself: the kind too, and the patient's name by an opening of its own."""
    kind, patient = asked.parts.get("kind"), asked.parts.get("patient")
    names = activity.Names((), by, also=[UUID(patient)] if patient else ())
    first = [(verbs.kind_words(kind), asked.href(kind=None), False)] if kind else []
    return [*first, *chips(asked, names, dict([*staff(), *devices()]))]


def _worded(name: str, value: str, names: activity.Names, known: Mapping[str, str]) -> str:
    if name == "who":
        return known.get(str(UUID(value))) or _("One person")
    if name == "device":
        return known.get(str(UUID(value))) or _("One device")
    if name == "patient":
        return names.of(UUID(value)) or _("One record")
    said = {
        "session": lambda: _("One session"),
        "request": lambda: _("One request"),
        "kind": lambda: verbs.kind_words(value),
        "verb": lambda: verbs.verb_words(value),
        "purpose": lambda: _("for {why}").format(why=activity.purpose_word(value)),
        "class": lambda: verbs.class_words([value]),
        "outcome": lambda: outcome_word(value),
        "hours": lambda: _("Outside working hours"),
        "last": lambda: last_words(value),
        "from": lambda: _("from {when}").format(when=value.replace("T", " ")),
        "to": lambda: _("up to {when}").format(when=value.replace("T", " ")),
    }
    return said[name]()


def last_words(days: str) -> str:
    """A question that moves along with the calendar, in words."""
    return _("today") if days == "1" else ngettext("last {n} day", "last {n} days", int(days)).format(n=days)


def outcome_word(outcome: str) -> str:
    """How entries ended, for a filter."""
    return _("did not end as intended") if outcome == NOT_OK else outcome_words(outcome)


def ready(*, own: bool) -> list[tuple[str, str, str]]:
    """Questions that are asked often: words, what they are for, address."""
    page = "my-activity" if own else "activity"
    asked: list[tuple[str, str, dict[str, str]]] = [
        (
            _("Refused this week"),
            _("A wrong role, a missing care team, or a look too many."),
            {"kind": "deny", "last": "7"},
        ),
        (
            _("Opened outside working hours"),
            _("Before 7 AM, after 7 PM or at the weekend."),
            {"kind": "open", "hours": "off"},
        ),
        (_("Emergency access"), _("Charts opened without a care relation, in an emergency."), {"purpose": Purpose.BTG}),
        (_("Destroyed for good"), _("Records whose keys are gone."), {"kind": "disposal"}),
    ]
    if not own:
        failed = {"verb": "sign_in.failed", "last": "7"}
        asked.insert(1, (_("Failed sign-ins this week"), _("Mistyped passwords, and somebody trying."), failed))
        asked.append((_("The log itself"), _("Who read it and who took a copy."), {"verb": "ledger.read"}))
    return [(words, about, f"{reverse(page)}?{_encoded(parts)}") for words, about, parts in asked]


def _encoded(parts: Mapping[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in parts.items())


def fields(asked: Asked, members: list[Choice], machines: list[Choice]) -> dict[str, Any]:
    """What the form offers: for each field its choices, an empty one first, and what is chosen."""
    chosen = asked.parts
    known = sorted({*verbs.VERBS, *VERBS}, key=verbs.verb_words)
    choices = {
        "who": members,
        "device": machines,
        "last": [(days, last_words(days)) for days in DAYS],
        "kind": [(kind, verbs.kind_words(kind)) for kind in verbs.KINDS],
        "verb": [(verb, verbs.verb_words(verb)) for verb in known if not verb.startswith("test.")],
        "purpose": [(str(code), activity.purpose_word(code)) for code in Purpose],
        "class": [(str(phi), verbs.class_words([phi])) for phi in PhiClass],
        "outcome": [(code, outcome_word(code)) for code in ("ok", NOT_OK)],
    }
    return {name: ([("", _("Any")), *offered], chosen.get(name, "")) for name, offered in choices.items()}
