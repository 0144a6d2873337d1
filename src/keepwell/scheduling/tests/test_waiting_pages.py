"""The pages of the waitlist, of requests and of the change policy: what the desk sees, does and is refused."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID

import pytest

from keepwell.base.actor import Actor, Purpose, Role
from keepwell.ledger.doorway import present
from keepwell.patients.facts import Demographics
from keepwell.patients.tests.people import entries, registers
from keepwell.scheduling import life, policies
from keepwell.scheduling.models import Appointment, BookingRequest, ChangePolicy, FreedTime, Lapse, Offer, WaitlistEntry
from keepwell.scheduling.tests.conftest import Calendar
from keepwell.scheduling.tests.test_asking import NORA, asks
from keepwell.scheduling.tests.test_booking import books
from keepwell.scheduling.tests.waits import anew, at, frees, offers_next, waits
from tests.browse import ask, counted, text
from tests.cast import Clinic


def kept(actor: Actor, model):
    with present(anew(actor)):
        return model.objects.order_by("id").first()


def test_an_empty_waitlist_teaches_and_shows_the_rule(rosa: Actor):
    page = text(ask(rosa, "/schedule/waitlist/"))
    assert "Nobody waits" in page
    assert "Who was marked urgent comes before soon" in page


def test_who_waits_is_looked_up_chosen_and_listed(calendar: Calendar, rosa: Actor, ada: UUID):
    typed = {
        "service": str(calendar.service.id),
        "state": "MA",
        "priority": "2",
        "notice_hours": "2",
        "days": ["1", "3"],
    }
    page = text(ask(rosa, "/schedule/waitlist/add/", typed | {"find_words": "lovelace"}))
    assert "Which patient?" in page
    assert ask(rosa, "/schedule/waitlist/add/", typed).status_code == 422
    assert ask(rosa, "/schedule/waitlist/add/", typed | {"patient": str(ada)}).status_code == 302
    again = ask(rosa, "/schedule/waitlist/add/", typed | {"patient": str(ada)})
    assert again.status_code == 409
    page = text(ask(rosa, "/schedule/waitlist/"))
    assert "Ada Lovelace" in page
    assert "Monday, Wednesday" in page
    entry = kept(rosa, WaitlistEntry)
    assert entry.notice_minutes == 120
    page = text(ask(rosa, f"/schedule/waitlist/{entry.id}/"))
    assert "Ada Lovelace" in page
    changed = typed | {"priority": "1", "note": "Works nights"}
    assert ask(rosa, f"/schedule/waitlist/{entry.id}/", changed).status_code == 302
    assert "Urgent" in text(ask(rosa, "/schedule/waitlist/"))
    assert ask(rosa, f"/schedule/waitlist/{entry.id}/leave/", {}).status_code == 302
    assert "Nobody waits" in text(ask(rosa, "/schedule/waitlist/"))


def test_a_cancelled_time_is_offered_declined_and_booked_by_the_desk(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    waits(rosa, bo, calendar)
    frees(rosa, ada, calendar)
    page = text(ask(rosa, "/schedule/waitlist/"))
    assert "A visit was cancelled" in page
    freed = kept(rosa, FreedTime)
    assert ask(rosa, f"/schedule/freed/{freed.id}/offer/", {}).headers["Location"].endswith("did=offered")
    page = text(ask(rosa, "/schedule/waitlist/"))
    assert "Call now" in page
    assert "held until" in page
    offer = kept(rosa, Offer)
    assert ask(rosa, f"/schedule/offers/{offer.id}/accept/", {}).headers["Location"].endswith("did=accepted")
    assert ask(rosa, f"/schedule/offers/{offer.id}/accept/", {}).status_code == 409
    assert "Took it" in text(ask(rosa, "/schedule/waitlist/offers/"))
    with present(willow.system):
        assert Appointment.objects.filter(patient_id=bo, status="booked").count() == 1


def test_an_answer_that_is_no_yes_asks_the_next_at_once(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    waits(rosa, bo, calendar)
    waits(rosa, ada, calendar)
    other = registers(willow, Demographics(given_name="Cy", family_name="Young"))
    freed = frees(rosa, other, calendar)
    offer = offers_next(rosa, freed)
    assert offer is not None
    assert ask(rosa, f"/schedule/offers/{offer.id}/unanswered/", {}).status_code == 302
    with present(willow.system):
        assert Offer.objects.get(status="standing").patient_id == ada
    offer = kept_standing(willow)
    ask(rosa, f"/schedule/offers/{offer.id}/decline/", {})
    nobody = ask(rosa, f"/schedule/freed/{freed.id}/offer/", {})
    assert nobody.status_code == 409
    assert "Nobody who waits could come" in text(nobody)
    assert ask(rosa, f"/schedule/freed/{freed.id}/keep/", {}).status_code == 302
    with present(willow.system):
        assert FreedTime.objects.get(id=freed.id).status == "gone"


def kept_standing(clinic: Clinic) -> Offer:
    with present(clinic.system):
        return Offer.objects.get(status="standing")


def test_an_offer_that_ran_out_says_so_on_the_page(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, monkeypatch: pytest.MonkeyPatch
):
    waits(rosa, bo, calendar)
    offer = offers_next(rosa, frees(rosa, ada, calendar))
    assert offer is not None
    at(monkeypatch, offer.until)
    answer = ask(rosa, f"/schedule/offers/{offer.id}/accept/", {})
    assert answer.status_code == 409
    assert "keep their place" in text(answer)


def test_the_waitlist_is_two_openings_however_long_it_is(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    waits(rosa, bo, calendar)
    offers_next(rosa, frees(rosa, ada, calendar))
    waits(rosa, ada, calendar)
    with counted() as said:
        page = text(ask(rosa, "/schedule/waitlist/"))
    assert "Ada Lovelace" in page
    assert sum("custody.open(" in s for s in said) == 2
    assert len(said) <= 25, "\n".join(said)


@pytest.mark.parametrize("path", ["/schedule/waitlist/", "/schedule/requests/", "/schedule/requests/add/"])
def test_who_books_nothing_sees_no_requests_and_nobody_who_waits(bea: Actor, pat: Actor, willow: Clinic, path: str):
    for who in (bea, pat, willow.employs("mo", Role.MARKETER, Purpose.HOPERAT)):
        assert ask(who, path).status_code == 403


def test_a_request_is_written_down_listed_and_booked(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    typed = {"service": str(calendar.service.id), "state": "MA", "part": "morning", "via": "phone", "words": "Knee"}
    answer = ask(rosa, "/schedule/requests/add/", typed | {"patient": str(ada)})
    assert answer.status_code == 302
    assert "Ada Lovelace" in text(ask(rosa, "/schedule/requests/"))
    where = answer.headers["Location"]
    page = text(ask(rosa, where))
    assert "Knee" in page
    (leaves,) = re.findall(r'href="([^"]*/leaves/booked/[^"]*)"', page)
    assert "What leaves" in text(ask(rosa, unescape(leaves)))
    starts, who = re.findall(r'name="(?:starts|practitioner)" value="([^"]+)"', page)[:2]
    assert ask(rosa, f"{where}book/", {"starts": starts, "practitioner": who}).status_code == 302
    page = text(ask(rosa, where))
    assert "Booked" in page
    with present(willow.system):
        visit = Appointment.objects.get()
        assert (visit.patient_id, visit.starts_at.isoformat()) == (ada, starts)
    assert "Ada Lovelace" in text(ask(rosa, "/schedule/requests/?show=answered"))
    assert entries(rosa, "verb = 'request.booked'")


def test_a_visit_booked_on_the_calendar_answers_a_request(calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID):
    made, visit = asks(rosa, calendar, ada), books(rosa, ada, calendar)
    page = text(ask(rosa, f"/schedule/requests/{made.id}/"))
    assert "They have a visit of this kind" in page
    assert f"patient={ada}" in page
    assert ask(rosa, f"/schedule/requests/{made.id}/answered/", {"appointment": str(bo)}).status_code == 404
    assert ask(rosa, f"/schedule/requests/{made.id}/answered/", {"appointment": str(visit.id)}).status_code == 302
    assert kept(rosa, BookingRequest).appointment_id == visit.id


def test_a_stranger_is_registered_from_the_request(calendar: Calendar, rosa: Actor, ada: UUID):
    made = asks(rosa, calendar, who=NORA)
    page = text(ask(rosa, "/schedule/requests/"))
    assert "Nora Quist" in page
    assert "Not a patient yet" in page
    assert "Register as a new patient" in text(ask(rosa, f"/schedule/requests/{made.id}/"))
    assert ask(rosa, f"/schedule/requests/{made.id}/register/", {}).status_code == 302
    assert "Times that suit" in text(ask(rosa, f"/schedule/requests/{made.id}/"))
    twin = asks(rosa, calendar, who=NORA)
    found = ask(rosa, f"/schedule/requests/{twin.id}/register/", {})
    assert found.status_code == 409
    assert "These look alike" in text(found)
    looked = ask(rosa, f"/schedule/requests/{twin.id}/match/", {"find_words": "quist"})
    assert "Which patient?" in text(looked)
    nobody = ask(rosa, f"/schedule/requests/{twin.id}/match/", {})
    assert nobody.status_code == 200
    assert "id_find_words-error" in text(nobody)
    assert ask(rosa, f"/schedule/requests/{twin.id}/match/", {"patient": str(ada)}).status_code == 302
    assert "Ada Lovelace" in text(ask(rosa, f"/schedule/requests/{twin.id}/"))


def test_a_request_is_declined_or_put_on_the_waitlist(calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID):
    first, second = asks(rosa, calendar, ada), asks(rosa, calendar, bo)
    assert ask(rosa, f"/schedule/requests/{first.id}/decline/", {"why": "never"}).status_code == 422
    assert ask(rosa, f"/schedule/requests/{first.id}/decline/", {"why": "elsewhere"}).status_code == 302
    assert "Better seen elsewhere" in text(ask(rosa, f"/schedule/requests/{first.id}/"))
    assert ask(rosa, f"/schedule/requests/{second.id}/waitlist/", {}).status_code == 302
    entry = kept(rosa, WaitlistEntry)
    assert (entry.patient_id, entry.request_id, f"{entry.closes:%H:%M}") == (bo, second.id, "12:00")


def test_a_request_says_what_is_wrong_with_it(calendar: Calendar, rosa: Actor):
    typed = {"service": str(calendar.service.id), "via": "phone", "given_name": "Nora"}
    answer = ask(rosa, "/schedule/requests/add/", typed)
    assert answer.status_code == 422
    assert "whose request this is" in text(answer)
    assert kept(rosa, BookingRequest) is None


def test_the_policy_is_a_sentence_and_a_form(cleo: Actor, rosa: Actor):
    assert "may cancel until 24 hours" in text(ask(cleo, "/settings/scheduling/changes/"))
    typed = {"cancel_hours": "48", "move_hours": "12", "counted_causes": ["patient"], "limit": "2", "months": "12",
             "next_step": "provider", "offer_minutes": "30", "offer_minutes_soon": "10",
             "refusal_days": "0"}  # fmt: skip
    assert ask(cleo, "/settings/scheduling/changes/", typed | {"limit": "0"}).status_code == 422
    assert ask(cleo, "/settings/scheduling/changes/", typed).status_code == 302
    assert "may cancel until 48 hours" in text(ask(cleo, "/settings/scheduling/changes/"))
    rule = kept(cleo, ChangePolicy)
    assert (rule.limit, rule.offer_minutes) == (2, 30)
    assert ask(rosa, "/settings/scheduling/changes/").status_code == 403


def test_what_was_missed_is_shown_waived_and_counted_again(
    calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic, monkeypatch: pytest.MonkeyPatch
):
    made = books(rosa, ada, calendar)
    at(monkeypatch, calendar.at("10:05"))
    by = anew(rosa)
    with present(by):
        life.miss(made, by=by)
    assert "did not come: 1" in text(ask(rosa, f"/schedule/patients/{ada}/missed/"))
    lapse = kept(rosa, Lapse)
    ask(rosa, f"/schedule/missed/{lapse.id}/waive/", {"why": "ill"})
    assert "Waived" in text(ask(rosa, f"/schedule/patients/{ada}/missed/"))
    ask(rosa, f"/schedule/missed/{lapse.id}/waive/", {"again": "1"})
    with present(anew(rosa)):
        assert policies.count([ada])[ada].total == 1
