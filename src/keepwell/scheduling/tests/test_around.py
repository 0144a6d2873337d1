"""Around a visit: who else takes part, the seats of a group, and all visits of a patient."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.urls import reverse

from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.scheduling import participants, setting
from keepwell.scheduling.models import Appointment, Participant
from keepwell.scheduling.participants import Helps
from keepwell.scheduling.tests.conftest import Calendar
from keepwell.scheduling.tests.test_booking import books, code_of
from keepwell.scheduling.tests.test_pages import at_the_clinic as at_the_clinic  # a fixture
from keepwell.scheduling.tests.test_pages import day_of, form, fresh
from tests.browse import ask, text
from tests.cast import Clinic


def test_an_interpreter_takes_part_is_shown_on_the_day_and_leaves(
    calendar: Calendar, rosa: Actor, pat: Actor, ada: UUID, willow: Clinic
):
    made = books(rosa, ada, calendar)
    url = reverse("participant-add", args=[made.id])
    said = {
        "helper-role": "interpreter",
        "helper-name": "Linh Tran",
        "helper-language": "vi",
        "helper-reach": "617-555-0100",
    }
    assert ask(fresh(rosa), url, said).status_code == 302
    page = text(ask(fresh(rosa), reverse("appointment", args=[made.id])))
    assert "Linh Tran" in page
    assert "Tiếng Việt" in page
    day = text(ask(fresh(rosa), day_of(calendar)))
    assert "Interpreter" in day
    assert "Linh Tran" not in day
    assert "Linh Tran" not in text(ask(fresh(pat), reverse("appointment", args=[made.id])))
    with present(willow.system):
        row = Participant.objects.get()
    assert ask(fresh(rosa), reverse("participant-remove", args=[row.id]), {}).status_code == 302
    assert "Interpreter" not in text(ask(fresh(rosa), day_of(calendar)))
    assert {"participant.added", "participant.removed"} <= set(verbs(willow))


def test_a_colleague_takes_part_and_opens_no_chart_by_it(calendar: Calendar, rosa: Actor, cleo: Actor, ada: UUID):
    made = books(rosa, ada, calendar, reason="Headaches")
    with present(fresh(rosa)) as by:
        participants.add(made, Helps("colleague", member=cleo.id), by=by)
    page = text(ask(fresh(cleo), reverse("appointment", args=[made.id])))
    assert "Cleo" in page
    assert "Headaches" not in page


@pytest.mark.parametrize(
    ("code", "helps"),
    [
        ("FIELD_EMPTY", Helps("interpreter", name=" ")),
        ("TEXT_TOO_LONG", Helps("interpreter", name="x" * 121)),
        ("NOT_FOUND", Helps("magician", name="Merlin")),
        ("NOT_FOUND", Helps("colleague", member=UUID(int=5))),
    ],
)
def test_nobody_in_particular_takes_part_in_nothing(
    calendar: Calendar, rosa: Actor, ada: UUID, code: str, helps: Helps
):
    made = books(rosa, ada, calendar)
    with present(fresh(rosa)) as by:
        assert code_of(lambda: participants.add(made, helps, by=by)) == code


def test_a_group_shows_its_seats_and_takes_patients_until_it_is_full(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    with present(willow.system) as by:
        setting.set_up_service("Group", 30, by=by, service=calendar.service, seats=2, modalities=["video"])
    assert ask(fresh(rosa), reverse("book"), form(calendar, ada)).status_code == 302
    day = text(ask(fresh(rosa), day_of(calendar)))
    assert "1 of 2 seats" in day
    (href,) = set(re.findall(r'href="(/schedule/groups/[^"]+)"', day))
    assert "1 seat left" in text(ask(fresh(rosa), href))
    looked = text(ask(fresh(rosa), reverse("book-look"), form(calendar, bo)))
    assert "1 seat left" in looked
    assert ask(fresh(rosa), reverse("book"), form(calendar, bo)).status_code == 302
    page = text(ask(fresh(rosa), href))
    assert "0 seats left" in page
    assert "Ada Lovelace" in page
    with present(willow.system):
        first = Appointment.objects.get(patient_id=ada)
        assert Appointment.objects.filter(slot_id=first.slot_id).count() == 2
    ask(fresh(rosa), reverse("appointment-cancel", args=[first.id]), {"version": 1, "cancel-cause": "patient"})
    assert "1 seat left" in text(ask(fresh(rosa), href))


def test_a_full_group_says_so(calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic):
    with present(willow.system) as by:
        setting.set_up_service("Group", 30, by=by, service=calendar.service, seats=2, modalities=["video"])
    first = books(rosa, ada, calendar)
    books(rosa, bo, calendar, group=first.slot_id)
    answer = ask(fresh(rosa), reverse("book"), form(calendar, ada))
    assert answer.status_code == 409
    assert "GROUP_FULL" in text(answer)


def test_all_visits_of_a_patient_are_on_one_page_and_linked_from_theirs(calendar: Calendar, rosa: Actor, ada: UUID):
    about = text(ask(fresh(rosa), reverse("patient", args=[ada])))
    assert reverse("visits-of", args=[ada]) in about
    assert "No visits yet" in text(ask(fresh(rosa), reverse("visits-of", args=[ada])))
    made = books(rosa, ada, calendar)
    page = text(ask(fresh(rosa), reverse("visits-of", args=[ada])))
    assert reverse("appointment", args=[made.id]) in page
    assert f"patient={ada}" in page
