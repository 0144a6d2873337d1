"""Who holds the consent for a minor's visit (45 CFR § 164.502(g)(3)): a parent or guardian on file, or somebody named.

From what age, and when a minor consents alone, is state law and varies: the ages below are the general ones, and the
reasons why nobody need be present are the practice's decision, which it writes down here. Not legal advice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from keepwell import charts
from keepwell.access import policy
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.charts.excerpts import plan
from keepwell.ledger.actions import action
from keepwell.patients.codes import PARENTS
from keepwell.patients.excerpts import Whereabouts
from keepwell.scheduling.excerpts import Born, Kinship
from keepwell.scheduling.models import Appointment, VisitConsentHolder
from keepwell.vault.phi import PhiClass

MAJORITY = {"AL": 19, "NE": 19, "MS": 21, "PR": 21}
"""Where one is of age later than at eighteen (confidence: medium; see the table of records to be kept)."""
EIGHTEEN = 18
LONGEST = 120
Basis = VisitConsentHolder.Basis
BASES = {
    Basis.PRESENT: (_("Somebody will be present"), _("Name them, and what they are to the patient.")),
    Basis.CONSENTED: (_("A parent or guardian consented and need not be present"), _("Name them.")),
    Basis.MINOR_CONSENTS: (
        _("This minor may consent alone"),
        _("Depends on the state and the care: the practice decides."),
    ),
    Basis.EMANCIPATED: (_("Emancipated"), _("The practice has seen why.")),
    Basis.EMERGENCY: (_("An emergency"), ""),
}
NAMED = frozenset({Basis.PRESENT, Basis.CONSENTED})


@dataclass(frozen=True, slots=True, repr=False)
class Holder:
    """Who will be present, or why nobody needs to be."""

    basis: str
    who: str = ""

    def checked(self) -> Holder:
        """The same, trimmed. Raises Refusal CHOICE_UNKNOWN, FIELD_EMPTY, TEXT_TOO_LONG."""
        if self.basis not in BASES:
            raise Refusal("CHOICE_UNKNOWN", field="holder")
        who = self.who.strip()
        if self.basis in NAMED and not who:
            raise Refusal("FIELD_EMPTY", field="holder_who")
        if len(who) > LONGEST:
            raise Refusal("TEXT_TOO_LONG", field="holder_who", most=LONGEST)
        return Holder(self.basis, who)


def checked(patient: UUID, holder: Holder | None, *, by: Actor) -> Holder | None:
    """What was said, or nothing where nothing need be. Raises Refusal MINOR_PRESENCE_MISSING, or what `Holder` does."""
    if holder is not None:
        return holder.checked()
    if needed(patient, by=by):
        raise Refusal("MINOR_PRESENCE_MISSING", field="holder")
    return None


def needed(patient: UUID, *, by: Actor) -> bool:
    """Whether this is a minor without a parent or guardian on file. Without a birth date nobody is asked."""
    wanted = [e for e in (Born, Whereabouts, Kinship) if plan(e).classes <= policy.visible(by)]
    if Born not in wanted:
        return False
    chart = charts.open(patient, *wanted, by=by, listed=by.role is Role.SYSTEM, partly=True)
    born = chart.each(Born).get(patient)
    if born is None or born.birth_date is None:
        return False
    lives = chart.each(Whereabouts).get(patient) if Whereabouts in wanted else None
    if not is_minor(born.birth_date, lives.state if lives else None, timezone.localdate()):
        return False
    kin = chart.all(Kinship).get(patient, []) if Kinship in wanted else []
    return not any(one.ended_at is None and one.relationship in PARENTS for one in kin)


def is_minor(born: dt.date, state: str | None, day: dt.date) -> bool:
    """Whether somebody is under age on a day, where they live."""
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return years < MAJORITY.get(state or "", EIGHTEEN)


@action("visit.consent_holder", about="appointment", seals={PhiClass.CONTACT})
def keep(appointment: Appointment, holder: Holder, *, by: Actor) -> VisitConsentHolder:
    "Who will be present at a minor's visit, or why nobody needs to be."
    row = VisitConsentHolder(
        patient_id=appointment.patient_id, appointment=appointment, basis=holder.basis, who=holder.who or None,
        said_by_id=None if by.role is Role.SYSTEM else by.id,
    )  # fmt: skip
    row.save(force_insert=True)
    return row
