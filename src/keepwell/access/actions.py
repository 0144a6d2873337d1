"""What happens to practices, people and the facts that decide access."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from keepwell.access import alternates, auditors, roles, separation, setup, teams
from keepwell.access.models import (
    CareRelation,
    CareTeam,
    CareTeamMember,
    Membership,
    Person,
    Practice,
    Restriction,
)
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role, Scope
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import practice_keys
from keepwell.ledger.actions import action
from keepwell.ledger.doorway import present
from keepwell.vault.phi import PhiClass


def system_actor(practice: UUID, purpose: Purpose = Purpose.HSYSADMIN, reason: str = "") -> Actor:
    """Keepwell itself at work in a practice: set-up, jobs, maintenance."""
    return Actor(UUID(int=1), practice, Role.SYSTEM, purpose, reason=reason)


def open_practice(name: str, slug: str, *, time_zone: str, state: str, practice: UUID | None = None) -> Practice:
    """A new practice with keys of its own. Called at set-up, with nobody present."""
    actor = system_actor(practice or new_id())
    practice_keys.make(actor, actor.practice)
    with present(actor):
        return _opened(name, slug, time_zone, state, by=actor)


@action("practice.opened")
def _opened(name: str, slug: str, time_zone: str, state: str, *, by: Actor) -> Practice:
    "A practice begins to use this installation."
    return Practice.objects.create(id=by.practice, name=name, slug=slug, time_zone=time_zone, state=state)


@action("person.added", about="person")
def add_person(email: str, name: str, *, by: Actor, person: UUID | None = None) -> Person:
    "Somebody who can sign in; the same person may work at several practices."
    assert person is not None
    added = Person(id=person, email=email.casefold(), name=name)
    added.set_unusable_password()
    added.save(force_insert=True)
    return added


@action("membership.started", about="membership")
def join(
    person: Person,
    role: Role,
    *,
    by: Actor,
    membership: UUID | None = None,
    name: str = "",
    accepted: bool = True,
    until: dt.datetime | None = None,
    scope: Scope | None = None,
    **more: Any,
) -> Membership:
    """A person starts to work in a practice, in one role. Not `accepted`: closed until they accept it themselves.

    An auditor has an end, and looks at what `scope` says. Raises Refusal ROLE_CONFLICT, AUDITOR_TIME_BOX.
    """
    separation.refuse_conflict(person.id, role)
    if role is Role.AUDITOR:
        auditors.refuse_open_end(until)
    return Membership.objects.create(
        id=membership,
        person=person,
        role=role,
        name=name or person.name,
        accepted_at=clock.now() if accepted else None,
        ends_at=until,
        scope=roles.spoken(scope or Scope()) if role is Role.AUDITOR else None,
        **more,
    )


@action("membership.ended", about="membership")
def leave(membership: Membership, *, by: Actor, because: str = "left", at: dt.datetime | None = None) -> Membership:
    "A person no longer works in this role, from now or a moment to come; their sessions end with the next request."
    setup.refuse_gap(membership, by)
    membership.ends_at, membership.ended_because = at or clock.now(), because
    membership.save(update_fields=["ends_at", "ended_because"])
    return membership


@action("care_team.formed")
def form_team(name: str, members: Iterable[Membership], *, by: Actor) -> CareTeam:
    """A named care team and who is on it.

    Raises Refusal FIELD_EMPTY, TEAM_NAME_TAKEN, SELF_APPROVAL.
    """
    members = list(members)
    alternates.refuse_placing(members, by)
    team = CareTeam.objects.create(name=teams.free_name(name))
    CareTeamMember.objects.bulk_create(CareTeamMember(team=team, member=m) for m in members)
    return team


@action("care_relation.began", about="patient")
def relate(
    patient: UUID,
    *,
    by: Actor,
    member: UUID | None = None,
    team: UUID | None = None,
    basis: str = "care_team",
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> CareRelation:
    "Somebody begins to look after a patient."
    starts = since or clock.now()
    return CareRelation.objects.create(
        patient_id=patient, member_id=member, team_id=team, basis=basis, starts_at=starts, ends_at=until
    )


@action("care_relation.ended", about="relation")
def unrelate(relation: CareRelation, *, by: Actor, at: dt.datetime | None = None) -> CareRelation:
    "Somebody no longer looks after a patient, from now on or from a day to come."
    relation.ends_at = at or clock.now()
    relation.save(update_fields=["ends_at"])
    return relation


@action("restriction.agreed", about="patient", seals={PhiClass.CLINICAL})
def restrict(
    patient: UUID,
    classes: Iterable[PhiClass],
    *,
    by: Actor,
    member: UUID | None = None,
    role: str = "",
    toward: str = "",
    paid_in_full: bool = False,
    wording: str | None = None,
    until: dt.datetime | None = None,
) -> Restriction:
    "The practice agrees to a restriction the patient asked for (45 CFR § 164.522(a))."
    if toward not in Restriction.Toward.values or (toward and (member or role)) or (paid_in_full and toward != "plan"):
        raise Refusal("CHOICE_UNKNOWN", field="toward")
    return Restriction.objects.create(
        patient_id=patient,
        member_id=member,
        role=role,
        toward=toward,
        paid_in_full=paid_in_full,
        classes=sorted(classes),
        wording=wording,
        ends_at=until,
    )


@action("restriction.worded", about="restriction", seals={PhiClass.CONTACT})
def word(restriction: Restriction, terms: str, *, by: Actor) -> Restriction:
    "What was agreed, in words for those who have to keep to it."
    restriction.terms = terms
    restriction.save(update_fields=["terms"])
    return restriction


@action("restriction.ended", about="restriction")
def lift(restriction: Restriction, *, by: Actor, how: str = "") -> Restriction:
    "A restriction ends, because the patient asked for it or agreed to it (45 CFR § 164.522(a)(2)(i) and (ii))."
    restriction.ends_at, restriction.ended_how = clock.now(), how
    restriction.save(update_fields=["ends_at", "ended_how"])
    return restriction
