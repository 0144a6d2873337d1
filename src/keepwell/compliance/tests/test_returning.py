"""What somebody who leaves still has, and who outside is to be told: listed, settled, told, and on record."""

from __future__ import annotations

import datetime as dt
import os

import pytest

from keepwell.access import device_actions as devices
from keepwell.access.device_actions import Posture
from keepwell.access.models import Departure
from keepwell.access.tests.somebody import Somebody, entries
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.compliance.models import Equipment, PartnerNotice
from keepwell.compliance.people import departures, returning
from keepwell.compliance.tests.test_departures import again, leaves
from keepwell.ledger.doorway import present
from keepwell.vault.sealed import StillSealed
from tests.browse import ask, text
from tests.cast import Clinic

KEPT = Posture(encrypted=True, locks=True, updated=True)


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    who = Somebody.at(willow, Role.COORDINATOR)
    with present(Actor(who.membership.id, willow.practice.id, Role.COORDINATOR, Purpose.HOPERAT)) as by:
        devices.register("Ada's phone", "mobile", os.urandom(32), KEPT, by=by, personal=True, approved=True)
        devices.register("Desk left", "front_desk", os.urandom(32), KEPT, by=by, approved=True)
    return who


def path(departure: Departure, more: str = "") -> str:
    return f"/people/departures/{departure.id}/{more}"


def code_of(call, by: Actor) -> str:
    with pytest.raises(Refusal) as caught, present(again(by)) as here:
        call(here)
    return caught.value.code


def test_what_they_carry_is_listed_once_and_what_stands_here_is_not(willow: Clinic, ada: Somebody, pat: Actor):
    departure = leaves(ada, pat, clock.now() + dt.timedelta(minutes=5))
    page = text(ask(pat, path(departure)))
    assert "Ada&#39;s phone" in page
    assert "Desk left" not in page
    with present(willow.system) as by:
        departures.carry_out(Departure.objects.select_related("member__person").get(), by=by)
        assert Equipment.objects.count() == 1
    assert entries("equipment.listed", willow.system)


def test_each_thing_is_settled_before_the_record_closes(willow: Clinic, ada: Somebody, pat: Actor, theo: Actor):
    departure = leaves(ada, pat)
    assert ask(pat, path(departure, "things/"), {"thing": "  Two keys  to the lab "}).status_code == 302
    page = text(ask(theo, path(departure)))
    assert "Two keys to the lab" in page
    assert 'name="outcome"' not in page, "officers look, administrators settle"
    closing = ask(pat, path(departure, "close/"), {})
    assert (closing.status_code, "EQUIPMENT_OUTSTANDING" in text(closing)) == (409, True)
    with present(willow.system):
        phone, keys = Equipment.objects.order_by("device_id", "id")
    assert ask(theo, path(departure, f"things/{phone.id}/"), {"outcome": "wiped"}).status_code == 403
    assert "CHOICE_UNKNOWN" in text(ask(pat, path(departure, f"things/{phone.id}/"), {"outcome": "sold"}))
    assert ask(pat, path(departure, f"things/{phone.id}/"), {"outcome": "wiped"}).status_code == 302
    assert "STALE_VERSION" in text(ask(pat, path(departure, f"things/{phone.id}/"), {"outcome": "returned"}))
    assert ask(pat, path(departure, f"things/{keys.id}/"), {"outcome": "written_off"}).status_code == 302
    assert ask(pat, path(departure, "close/"), {}).status_code == 302
    assert "STALE_VERSION" in text(ask(pat, path(departure, "things/"), {"thing": "A badge"}))
    page = text(ask(pat, path(departure)))
    assert "Written off" in page
    assert "Wiped" in page
    for verb in ("equipment.added", "equipment.settled"):
        assert entries(verb, willow.system), verb


def test_a_name_is_asked_for_and_is_no_essay(willow: Clinic, ada: Somebody, pat: Actor):
    departure = leaves(ada, pat)
    for what, typed, code in (("thing", " ", "FIELD_EMPTY"), ("partner", "x" * 121, "TEXT_TOO_LONG")):
        answer = ask(pat, path(departure, f"{what}s/"), {what: typed})
        assert (answer.status_code, code in text(answer)) == (422, True)


def test_partners_are_told_against_a_clock_that_is_only_proposed(
    willow: Clinic, ada: Somebody, pat: Actor, monkeypatch: pytest.MonkeyPatch
):
    departure = leaves(ada, pat)
    ask(pat, path(departure, "partners/"), {"partner": "Mercy Hospital portal"})
    ask(pat, path(departure, "partners/"), {"partner": "Baystate Labs"})
    page = text(ask(pat, path(departure)))
    assert "Mercy Hospital portal" in page
    assert "23 hours left" in page
    assert "Proposed, not in force" in page
    with present(willow.system):
        mercy, labs = PartnerNotice.objects.order_by("id")
    assert mercy.due_at == departure.left_at + dt.timedelta(hours=24)
    assert "CHOICE_UNKNOWN" in text(ask(pat, path(departure, f"partners/{mercy.id}/"), {"how": "smoke"}))
    assert ask(pat, path(departure, f"partners/{mercy.id}/"), {"how": "telephone"}).status_code == 302
    assert "STALE_VERSION" in text(ask(pat, path(departure, f"partners/{mercy.id}/"), {"how": "letter"}))
    later = clock.now() + dt.timedelta(hours=30)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert code_of(lambda by: returning.tell(PartnerNotice.objects.get(id=labs.id), "", by=by), pat) == "CHOICE_UNKNOWN"
    page = text(ask(pat, path(departure)))
    assert page.count("More than a day ago") == 1
    ask(pat, path(departure, f"partners/{labs.id}/"), {"how": "letter"})
    assert "After more than a day" in text(ask(pat, path(departure)))
    for verb in ("partner.listed", "partner.told"):
        assert entries(verb, willow.system), verb


def test_nothing_of_another_departure_or_practice_is_reached(willow: Clinic, ada: Somebody, pat: Actor, oak: Clinic):
    departure = leaves(ada, pat)
    with present(willow.system):
        thing = Equipment.objects.get()
    kit = oak.employs("kit", Role.ADMINISTRATOR, Purpose.HSYSADMIN)
    for by, where in ((kit, path(departure)), (pat, path(departure).replace(str(departure.id), str(new_id())))):
        assert ask(by, f"{where}things/{thing.id}/", {"outcome": "wiped"}).status_code == 404
        assert ask(by, f"{where}partners/{new_id()}/", {"how": "letter"}).status_code == 404


def test_what_things_are_called_is_sealed(willow: Clinic, ada: Somebody, pat: Actor):
    departure = leaves(ada, pat)
    ask(pat, path(departure, "things/"), {"thing": "A very particular key"})
    with present(willow.system):
        row = Equipment.objects.get(device=None)
    with pytest.raises(StillSealed):
        str(row.name)
