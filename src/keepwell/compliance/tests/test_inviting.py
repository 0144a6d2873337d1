"""An invitation goes by e-mail through the gate where somebody carries e-mail; where nobody does, it is handed over."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.test import Client

from keepwell.access import grants
from keepwell.access.models import Grant
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.compliance.tests.test_people import invited
from keepwell.ledger.doorway import present
from keepwell.outbound.tests import sending
from keepwell.outbound.tests.servers import mail
from keepwell.patients.tests.people import again
from tests.browse import ask, text
from tests.cast import Clinic

LINK = r"/invited/[\w-]+/"


def handed_over(pat: Actor) -> str:
    where = invited(pat)
    ask(pat, f"{where}identity/", {"proof": "in_person"})
    for item in ("exclusion", "background", "license"):
        ask(pat, f"{where}clearance/", {"item": item, "source": "board", "result": "passed"})
    return text(ask(pat, f"{where}hand-over/", {}))


def test_it_goes_out_to_the_address_it_is_for(willow: Clinic, pat: Actor):
    with mail() as box:
        sending.carries(pat, Channel.EMAIL, box.secrets())
        sending.writes(pat)
        page = handed_over(pat)
        with present(willow.system):
            grant = Grant.objects.get()
        assert f"It is on its way to {grant.email}. If" in page
        sending.dispatched(willow)
        (sent,) = box.taken
    assert sent["To"] == grant.email
    words = sent.get_content()
    (link,) = set(re.findall(LINK, words))
    assert f"https://willow.example{link}" in words and link in page
    assert "Se le invita" in words and "invited to work" in words
    assert "Your access at Willow" in sent["Subject"]
    assert "Willow" in Client().get(link).content.decode()
    assert link not in str(sending.only(willow).__dict__)


@pytest.mark.parametrize("lacks", ["carrier", "site"])
def test_without_a_carrier_or_a_site_it_is_handed_over_and_nothing_waits(willow: Clinic, pat: Actor, lacks: str):
    with mail() as box:
        if lacks == "site":
            sending.carries(pat, Channel.EMAIL, box.secrets())
        sending.writes(pat, **({"site": ""} if lacks == "site" else {}))
        page = handed_over(pat)
    assert "on its way" not in page
    assert re.search(LINK, page)
    assert sending.every(willow) == []


@pytest.mark.attack
def test_a_link_that_works_no_more_is_not_mailed(willow: Clinic, pat: Actor):
    with mail() as box:
        sending.carries(pat, Channel.EMAIL, box.secrets())
        sending.writes(pat)
        handed_over(pat)
        with present(again(pat)) as by:
            grants.withdraw(Grant.objects.get(), by=by)
        sending.dispatched(willow)
        assert box.taken == []
    assert (sending.only(willow).status, sending.only(willow).reason) == ("withdrawn", "POINTLESS")


def test_nothing_of_a_patient_is_in_it(willow: Clinic, pat: Actor, ada: UUID):
    with mail() as box:
        sending.carries(pat, Channel.EMAIL, box.secrets())
        sending.writes(pat)
        handed_over(pat)
    (message,) = sending.every(willow)
    assert (message.patient_id, message.member_id, message.is_letter) == (None, None, False)
