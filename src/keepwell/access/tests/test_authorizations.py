"""Authorizations are whole or none, and each is asked again whenever somebody wants to rely on it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from keepwell.access import actions, authorizations, consents
from keepwell.access.authorizations import Signed
from keepwell.access.consents import Asked
from keepwell.access.disclosing import Telling, may_disclose
from keepwell.access.models import Authorization, ConsentText, TextKind
from keepwell.access.rights import Right
from keepwell.access.tests.consenting import agree, published
from keepwell.access.tests.test_actions import verbs
from keepwell.access.tests.test_consents import code
from keepwell.base import clock
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.doorway import present
from keepwell.patients import merging
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic

CLINICAL, PART2, PSYCHOTHERAPY = (frozenset({c}) for c in (PhiClass.CLINICAL, PhiClass.PART2, PhiClass.PSYCHOTHERAPY))
WHOLE: dict[str, Any] = {
    "kind": "release",
    "discloser": "Willow",
    "recipient": "Lakeside Orthopedics",
    "what": "notes of the knee, 2025",
    "purpose": "second opinion",
    "expires_on": dt.date(2999, 1, 1),
    "statements": True,
}
PART2_FORM: dict[str, Any] = {"kind": "part2", "classes": PART2, "what": "program record"}


def signed(clinic: Clinic, patient: UUID, copy: bool = True, **more: Any) -> Authorization:
    with present(clinic.system) as by:
        row = authorizations.sign(patient, Signed(**WHOLE | more), by=by)
        return authorizations.copy_given(row, by=by) if copy else row


def refused(clinic: Clinic, patient: UUID, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as no, present(clinic.system) as by:
        authorizations.sign(patient, Signed(**WHOLE | more), by=by)
    return no.value


def telling(clinic: Clinic, patient: UUID, classes: frozenset[PhiClass] = CLINICAL, **more: Any) -> str:
    with present(clinic.system) as by:
        asked = {"right": Right.AUTHORIZATION} | more
        no = may_disclose(Telling(patient, classes, **asked), by=by)
        return no.code if no else ""


@pytest.mark.parametrize(
    ("gap", "missing"),
    [
        ({"discloser": " "}, "who discloses"),
        ({"recipient": ""}, "to whom"),
        ({"what": ""}, "which information"),
        ({"purpose": ""}, "what for"),
        ({"expires_on": None}, "when it ends"),
        ({"how": "typed"}, "the signature"),
        ({"signer": "Her mother"}, "by what right"),
        ({"statements": False}, "the statements"),
    ],
)
def test_every_core_element_is_there_or_it_is_none(willow: Clinic, ada: UUID, gap: dict[str, Any], missing: str):
    no = refused(willow, ada, **gap)
    assert no.code == "AUTH_INCOMPLETE" and missing in str(no.facts["elements"])
    assert refused(willow, ada, **PART2_FORM | gap).code == "P2_CONSENT_INVALID"


def test_what_the_law_keeps_apart_is_on_no_form_with_anything_else(willow: Clinic, ada: UUID):
    assert refused(willow, ada, classes=CLINICAL | PSYCHOTHERAPY).code == "AUTH_COMPOUND"
    assert refused(willow, ada, also=frozenset({"psychotherapy"})).code == "AUTH_COMPOUND"
    assert refused(willow, ada, kind="psychotherapy", classes=CLINICAL | PSYCHOTHERAPY).code == "AUTH_COMPOUND"
    assert refused(willow, ada, kind="psychotherapy", classes=CLINICAL).code == "AUTH_COMPOUND"
    assert refused(willow, ada, also=frozenset({"part2_legal"})).code == "P2_CONSENT_COMBINED"
    assert refused(willow, ada, **PART2_FORM, also=frozenset({"part2_notes"})).code == "P2_CONSENT_COMBINED"
    assert refused(willow, ada, classes=CLINICAL | PART2).code == "P2_CONSENT_INVALID"
    assert refused(willow, ada, kind="wish").code == "CHOICE_UNKNOWN"
    assert signed(willow, ada, also=frozenset({"marketing"})).kind == "release"


def test_care_does_not_depend_on_signing_and_payment_is_said(willow: Clinic, ada: UUID):
    assert refused(willow, ada, conditioned=True).code == "AUTH_CONDITIONED"
    assert refused(willow, ada, kind="marketing", paid=True).code == "MARKETING_REMUNERATION_UNDISCLOSED"
    assert signed(willow, ada, kind="marketing", paid=True, says_paid=True).paid
    assert refused(willow, ada, expires_on=dt.date(2020, 1, 1)).code == "DATES_CROSSED"
    assert refused(willow, ada, at=clock.now() + dt.timedelta(days=1)).code == "DATE_IN_FUTURE"


def test_one_consent_for_treatment_payment_and_operations_has_no_end(willow: Clinic, ada: UUID):
    assert signed(willow, ada, **PART2_FORM, tpo=True, expires_on=None).expires_on is None


def test_an_authorization_is_used_once_the_patient_has_a_copy_and_no_longer_than_it_lasts(willow: Clinic, ada: UUID):
    row = signed(willow, ada, copy=False)
    assert verbs(willow)[-1] == "authorization.signed"
    assert telling(willow, ada, authorization=row.id) == "AUTH_COPY_NOT_GIVEN"
    with present(willow.system) as by:
        authorizations.copy_given(row, by=by)
    assert verbs(willow)[-1] == "authorization.copied"
    assert telling(willow, ada, authorization=row.id) == ""
    with present(willow.system) as by:
        authorizations.revoke(row, by=by)
        with pytest.raises(Refusal) as twice:
            authorizations.revoke(row, by=by)
    assert verbs(willow)[-1] == "authorization.revoked" and twice.value.code == "STALE_VERSION"
    assert telling(willow, ada, authorization=row.id) == "AUTH_REVOKED"
    old = signed(
        willow, ada, at=clock.now() - dt.timedelta(days=30), expires_on=clock.now().date() - dt.timedelta(days=2)
    )
    assert telling(willow, ada, authorization=old.id) == "AUTH_EXPIRED"


def test_its_event_happens_or_it_turns_out_false(willow: Clinic, ada: UUID):
    over, false = signed(willow, ada, expires_on=None, event="end of treatment"), signed(willow, ada)
    with present(willow.system) as by:
        authorizations.happened(over, by=by)
        authorizations.found_false(false, by=by)
    assert verbs(willow)[-2:] == ["authorization.ran_out", "authorization.found_false"]
    assert telling(willow, ada, authorization=over.id) == "AUTH_EXPIRED"
    assert telling(willow, ada, authorization=false.id) == "AUTH_DEFECTIVE"


def test_an_authorization_covers_its_own_patient_and_what_it_names(willow: Clinic, ada: UUID, bo: UUID):
    row = signed(willow, ada)
    assert telling(willow, ada, authorization=row.id) == ""
    assert telling(willow, ada) == telling(willow, bo, authorization=row.id) == "NO_LEGAL_BASIS"
    assert telling(willow, ada, authorization=new_id()) == "NO_LEGAL_BASIS"
    assert telling(willow, ada, frozenset({PhiClass.COVERAGE}), authorization=row.id) == "NO_LEGAL_BASIS"
    assert telling(willow, bo, right=Right.TREATMENT) == telling(willow, bo, right=Right.INDIVIDUAL) == ""
    assert telling(willow, bo, right=Right.MISTAKE) == "NO_LEGAL_BASIS"
    with present(willow.system) as by:
        merging.merge((ada, bo), by=by)
    assert telling(willow, bo, authorization=row.id) == ""


def test_psychotherapy_notes_go_nowhere_without_their_own_authorization(willow: Clinic, ada: UUID):
    general = signed(willow, ada)
    assert telling(willow, ada, PSYCHOTHERAPY, right=Right.TREATMENT) == "PSYCH_NOTES_LOCKED"
    assert telling(willow, ada, PSYCHOTHERAPY, authorization=general.id) == "NO_LEGAL_BASIS"
    own = signed(willow, ada, kind="psychotherapy", classes=PSYCHOTHERAPY)
    assert telling(willow, ada, PSYCHOTHERAPY, authorization=own.id) == ""


def test_part2_records_leave_only_with_a_part2_consent(willow: Clinic, ada: UUID):
    treat = {"right": Right.TREATMENT}
    assert telling(willow, ada, PART2, **treat) == "P2_CONSENT_ABSENT"
    assert telling(willow, ada, PART2, right=Right.INDIVIDUAL) == ""
    assert telling(willow, ada, PART2, right=Right.INDIVIDUAL, unproved=True) == "P2_CONSENT_ABSENT"
    single = signed(willow, ada, **PART2_FORM, tpo=True, expires_on=None)
    assert telling(willow, ada, PART2, **treat) == ""
    assert telling(willow, ada, PART2, right=Right.PUBLIC_HEALTH) == "P2_CONSENT_ABSENT"
    assert telling(willow, ada, PART2, right=Right.COURT, authorization=single.id) == "P2_LEGAL_BLOCK"
    own = signed(willow, ada, kind="part2_legal", classes=PART2, what="program record")
    assert telling(willow, ada, PART2, right=Right.COURT, authorization=own.id) == ""
    with present(willow.system) as by:
        authorizations.revoke(single, by=by)
    assert telling(willow, ada, PART2, **treat) == "P2_CONSENT_ABSENT"


def test_a_restriction_stands_against_an_authorization(willow: Clinic, ada: UUID):
    row = signed(willow, ada)
    with present(willow.system) as by:
        actions.restrict(ada, [], by=by, toward="outside")
    assert telling(willow, ada, authorization=row.id) == "RESTRICTION_BLOCK"
    assert telling(willow, ada, right=Right.INVOLVED) == "RESTRICTION_BLOCK"
    assert telling(willow, ada, right=Right.INDIVIDUAL) == ""


@pytest.mark.parametrize(
    ("toward", "right"),
    [("plan", Right.PAYMENT), ("plan", Right.OPERATIONS), ("related", Right.INVOLVED), ("outside", Right.TREATMENT)],
)
def test_a_restriction_is_found_by_whoever_is_told(willow: Clinic, ada: UUID, toward: str, right: Right):
    with present(willow.system) as by:
        actions.restrict(ada, [], by=by, toward=toward)
    assert telling(willow, ada, right=right) == "RESTRICTION_BLOCK"
    assert (telling(willow, ada, right=Right.TREATMENT) == "RESTRICTION_BLOCK") == (toward == "outside")


def test_no_restriction_stands_against_what_the_law_lets_through(willow: Clinic, ada: UUID):
    with present(willow.system) as by:
        for toward in ("outside", "plan", "related"):
            actions.restrict(ada, [], by=by, toward=toward)
    blocked = {right for right in Right if telling(willow, ada, right=right) == "RESTRICTION_BLOCK"}
    assert blocked == {Right.TREATMENT, Right.PAYMENT, Right.OPERATIONS, Right.INVOLVED, Right.LIMITED_SET}
    assert telling(willow, ada, PART2, right=Right.COURT) == "P2_LEGAL_BLOCK"


def test_marketing_goes_where_it_was_signed_for_until_it_is_taken_back(willow: Clinic, ada: UUID, bo: UUID):
    agree(willow, ada, Channel.SMS, Topic.MARKETING)
    row = signed(willow, ada, kind="marketing")
    assert code(willow, ada, Channel.SMS, Topic.MARKETING) == code(willow, ada, Channel.LETTER, Topic.MARKETING) == ""
    assert code(willow, ada, Channel.EMAIL, Topic.MARKETING) == "EMAIL_NOT_AGREED"
    assert code(willow, bo, Channel.LETTER, Topic.MARKETING) == "MARKETING_AUTH_REQUIRED"
    with present(willow.system) as by:
        authorizations.revoke(row, by=by)
        (no,) = consents.may_reach([Asked(ada, Channel.SMS, Topic.MARKETING)], by=by)
    assert no is not None and no.code == "MARKETING_AUTH_REQUIRED"


def test_words_changed_under_a_signed_form_make_it_unusable(willow: Clinic, ada: UUID):
    text: ConsentText = published(willow, TextKind.RELEASE)
    row = signed(willow, ada, text=text, statements=False)
    assert row.digest == text.digest
    row.digest = "0" * 64
    no = authorizations.why_unusable(row)
    assert no is not None and no.code == "CONSENT_TEXT_ALTERED"
