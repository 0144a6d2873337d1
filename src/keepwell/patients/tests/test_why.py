"""Why somebody can see a patient, what was restricted, who is told when a VIP is opened: on the very next request."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest

from keepwell.access import relations, teams, vips
from keepwell.access.models import Membership, Notice, Restriction, Vip
from keepwell.access.tests.test_actions import codes, verbs
from keepwell.access.tests.test_alternates import hat
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.vault.phi import PhiClass
from tests.browse import ask, text
from tests.cast import Clinic

HOUR = dt.timedelta(hours=1)


def looks_after(clinic: Clinic, who: Actor, patient: UUID) -> None:
    with present(clinic.system) as by:
        relations.by_work(patient, who.id, "visit", clock.now() - HOUR, clock.now() + HOUR, by=by)


def test_why_and_why_not(willow: Clinic, imani: Actor, rosa: Actor, ada: UUID):
    before = text(ask(imani, f"/patients/{ada}/why/"))
    assert "You do not, as far as Keepwell knows" in before
    assert "you are not on this patient&#39;s care team" in before
    looks_after(willow, imani, ada)
    after = text(ask(imani, f"/patients/{ada}/why/"))
    assert "a visit" in after
    assert "because you look after them" in after
    assert "Who looks after them" not in after
    desk = text(ask(rosa, f"/patients/{ada}/why/"))
    assert "front desk" in desk
    assert "substance use" not in desk
    assert f'href="/patients/{ada}/why/"' in text(ask(rosa, f"/patients/{ada}/about/"))


def test_an_officer_sees_who_can_see_a_patient_and_why(willow: Clinic, theo: Actor, imani: Actor, ada: UUID):
    dee = willow.employs("dee", Role.PRACTITIONER, Purpose.TREAT)
    looks_after(willow, imani, ada)
    with present(willow.system) as by:
        of, who = Membership.objects.get(id=imani.id), Membership.objects.get(id=dee.id)
        teams.stand_in("cover", who, of=of, ends=clock.now() + HOUR, by=by)
    page = text(ask(theo, f"/patients/{ada}/why/"))
    assert "Imani · provider" in page
    assert "Dee · provider" in page
    assert "cover for Imani" in page
    assert "What roles see of every patient" in page


def test_a_patient_of_another_practice_is_nobody(olu: Actor, theo: Actor, ada: UUID):
    for path in ("why", "restrictions"):
        assert ask(olu, f"/patients/{ada}/{path}/").status_code == 404
    assert ask(theo, f"/patients/{theo.id}/why/").status_code == 404


SAID = {
    "whom": "role:front_desk",
    "classes": ["contact"],
    "terms": "No calls from here",
    "wording": "",
    "until": "",
}


def test_the_privacy_officer_agrees_and_it_binds_on_the_next_request_until_it_ends(
    willow: Clinic, theo: Actor, rosa: Actor, imani: Actor, ada: UUID
):
    looks_after(willow, imani, ada)
    assert "(617)" not in text(ask(rosa, f"/patients/{ada}/why/"))
    assert "Contact: protected" not in text(ask(rosa, f"/patients/{ada}/about/"))
    said = SAID | {"wording": "my cousin works there"}
    assert ask(theo, f"/patients/{ada}/restrictions/agree/", said).status_code == 302
    assert verbs(willow)[-2:] == ["restriction.agreed", "restriction.worded"]
    page = text(ask(rosa, f"/patients/{ada}/about/"))
    assert "Contact: protected" in page
    assert "Restricted" in page
    assert f"agreed on {clock.now():%Y-%m-%d}" in page
    assert codes(rosa, ada, frozenset({PhiClass.CONTACT})) == ["RESTRICTION_BLOCK"]
    seen = text(ask(rosa, f"/patients/{ada}/restrictions/"))
    assert "Every front desk may not see: how to reach them" in seen
    assert "No calls from here" not in seen
    assert "No calls from here" in text(ask(theo, f"/patients/{ada}/restrictions/"))
    assert "my cousin" not in text(ask(theo, f"/patients/{ada}/restrictions/"))
    assert "my cousin" in text(ask(imani, f"/patients/{ada}/restrictions/"))
    with present(willow.system):
        row = Restriction.objects.get()
    here = f"/patients/{ada}/restrictions/{row.id}/end/"
    assert ask(theo, here, {"how": "because"}).status_code == 404
    assert ask(theo, here, {"how": "asked"}).status_code == 302
    with present(willow.system):
        assert Restriction.objects.get().ended_how == "asked"
    assert codes(rosa, ada, frozenset({PhiClass.CONTACT})) == []
    assert ask(theo, here, {"how": "asked"}).status_code == 404


def test_a_restriction_that_says_too_little_is_asked_again(theo: Actor, rosa: Actor, ada: UUID):
    here = f"/patients/{ada}/restrictions/agree/"
    assert ask(theo, here, SAID | {"terms": ""}).status_code == 422
    past = ask(theo, here, SAID | {"until": "2020-01-01T10:00"})
    assert (past.status_code, "It has to end after it begins" in text(past)) == (422, True)
    assert ask(rosa, here, SAID).status_code == 403
    assert ask(theo, f"/patients/{rosa.id}/restrictions/agree/", SAID).status_code == 404


def test_whom_a_restriction_names_it_binds_in_every_hat(willow: Clinic, rosa: Actor, theo: Actor, ada: UUID):
    other = hat(willow, rosa, Role.COORDINATOR, Purpose.HOPERAT)
    names = frozenset({PhiClass.IDENTITY})
    assert codes(other, ada, names) == []
    assert (
        ask(theo, f"/patients/{ada}/restrictions/agree/", SAID | {"whom": str(rosa.id), "classes": []}).status_code
        == 302
    )
    assert codes(rosa, ada, names) == ["RESTRICTION_BLOCK"]
    assert codes(other, ada, names) == ["RESTRICTION_BLOCK"]
    assert "Agreed with the patient" in text(ask(rosa, f"/patients/{ada}/restrictions/"))


def told(clinic: Clinic, who: Actor) -> int:
    with present(clinic.system):
        return Notice.objects.filter(member_id=who.id, kind=vips.OPENED).count()


def test_opening_a_vip_without_looking_after_them_is_told_to_the_officers_once(
    willow: Clinic, theo: Actor, sam: Actor, rosa: Actor, imani: Actor, ada: UUID, bo: UUID
):
    looks_after(willow, imani, ada)
    assert ask(theo, f"/patients/{ada}/vip/", {"vip": "on"}).status_code == 302
    assert verbs(willow)[-1] == "vip.flagged"
    before = told(willow, sam)
    ask(imani, f"/patients/{ada}/about/")
    ask(rosa, f"/patients/{bo}/about/")
    assert told(willow, sam) == before
    ask(rosa, f"/patients/{ada}/about/")
    ask(rosa, f"/patients/{ada}/about/")
    assert (told(willow, sam), told(willow, theo)) == (before + 1, 1)
    assert "Rosa (front desk) opened a patient marked VIP" in text(ask(sam, "/"))
    assert ask(theo, f"/patients/{ada}/vip/", {"vip": "off"}).status_code == 302
    assert verbs(willow)[-1] == "vip.unflagged"
    with present(willow.system):
        assert Vip.objects.get().ends_at is not None


def test_a_list_is_no_curiosity(willow: Clinic, theo: Actor, sam: Actor, rosa: Actor, ada: UUID):
    with present(willow.system) as by:
        vips.flag(ada, by=by)
        with pytest.raises(Refusal) as refused:
            vips.flag(ada, by=by)
    assert refused.value.code == "STALE_VERSION"
    ask(rosa, "/patients/", {"words": "Lovelace"})
    assert told(willow, sam) == 0


def test_the_mark_is_shown_to_those_it_concerns(willow: Clinic, theo: Actor, rosa: Actor, imani: Actor, ada: UUID):
    with present(willow.system) as by:
        vips.flag(ada, by=by)
    looks_after(willow, imani, ada)
    chip = "chip look"
    pages = {who: text(ask(who, f"/patients/{ada}/about/")) for who in (theo, rosa, imani)}
    assert ["VIP" in pages[who] and chip in pages[who] for who in (theo, rosa, imani)] == [True, False, True]
