"""Before a visit is booked, moved, cancelled or offered, its page shows literally what would leave."""

from __future__ import annotations

from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.outbound.tests import sending
from keepwell.outbound.tests.servers import mail
from keepwell.patients.tests.people import again
from keepwell.scheduling import reminder_rules
from keepwell.scheduling.models import Offer, ReminderRule
from keepwell.scheduling.reminder_rules import Rule
from keepwell.scheduling.tests.conftest import Calendar
from keepwell.scheduling.tests.waits import frees, waits
from tests.browse import ask, text
from tests.cast import Clinic

AT = "2031-03-04T15:00:00+00:00"


def rules(clinic: Clinic) -> None:
    with present(clinic.system) as by:
        for occasion in (ReminderRule.Occasion.BOOKED, ReminderRule.Occasion.MOVED, ReminderRule.Occasion.CANCELLED):
            reminder_rules.set_rule(Rule(occasion=occasion, ways=("email",)), by=by)


def test_each_occasion_shows_its_words_its_carrier_and_what_holds_it(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID
):
    rules(willow)
    sending.writes(pat)
    sending.reachable(willow, ada)
    at = f"/schedule/patients/{ada}/leaves/"
    page = text(ask(rosa, f"{at}booked/?at={AT.replace('+', '%2B')}"))
    assert "your appointment is on" in page and "BAA_REQUIRED" in page
    with mail() as box:
        sending.carries(pat, Channel.EMAIL, box.secrets())
        for occasion, words in (("moved", "was moved to"), ("cancelled", "is cancelled")):
            page = text(ask(rosa, f"{at}{occasion}/?at={AT.replace('+', '%2B')}"))
            assert words in page and "Acme email" in page and "ada@example.org" in page and "March 4" in page
        page = text(ask(rosa, f"{at}moved/?at={AT.replace('+', '%2B')}&day=2031-03-05&time=09:30"))
        assert "March 5" in page and "March 4" not in page, "what the form says wins"
        assert box.taken == [], "looking sends nothing"
    assert "Nothing is sent about it" in text(ask(rosa, f"{at}before/?at={AT.replace('+', '%2B')}"))


def test_what_cannot_be_previewed_is_not_found(rosa: Actor, olu: Actor, theo: Actor, ada: UUID):
    at = f"/schedule/patients/{ada}/leaves/"
    for path in ("dance/?at=" + AT.replace("+", "%2B"), "booked/", "booked/?at=soon", "booked/?day=x&time=y"):
        assert ask(rosa, at + path).status_code == 404, path
    assert ask(theo, f"{at}booked/?at={AT}").status_code == 403
    assert ask(olu, f"{at}booked/?at={AT.replace('+', '%2B')}").status_code == 404
    assert ask(rosa, f"/schedule/freed/{ada}/leaves/").status_code == 404


def test_an_offer_is_shown_to_whoever_is_next_before_it_is_made(
    willow: Clinic, calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID
):
    freed = frees(rosa, ada, calendar)
    assert "Nothing is sent about it" in text(ask(rosa, f"/schedule/freed/{freed.id}/leaves/"))
    waits(rosa, bo, calendar)
    page = text(ask(rosa, f"/schedule/freed/{freed.id}/leaves/"))
    assert "is free. We keep it for you until" in page and "BAA_REQUIRED" in page
    assert f"/schedule/freed/{freed.id}/leaves/" in text(ask(rosa, "/schedule/waitlist/"))
    with present(again(rosa)):
        assert not Offer.objects.exists(), "looking offers nothing"
