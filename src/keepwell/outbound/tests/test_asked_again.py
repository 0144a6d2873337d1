"""What carries messages is changed by somebody who has just proved who they are, in every way it can be changed."""

from __future__ import annotations

import pytest

from keepwell.access.tests.somebody import Somebody, refused
from keepwell.base.actor import Actor, Role
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.outbound.models import Connection, Sender
from keepwell.outbound.tests.sending import carries, writes
from keepwell.outbound.tests.servers import https
from tests.cast import Clinic


@pytest.fixture
def admin(willow: Clinic) -> Somebody:
    return Somebody.at(willow, Role.ADMINISTRATOR).signs_in()


def standing(clinic: Clinic) -> int:
    with present(clinic.system):
        return Connection.objects.filter(ended_at=None).count()


@pytest.mark.attack
def test_a_carrier_is_disconnected_only_after_proving_who_it_is(willow: Clinic, pat: Actor, admin: Somebody):
    with https() as desk:
        service = carries(pat, Channel.SMS, desk.secrets())
    with present(willow.system):
        connection = Connection.objects.get(service=service)
    asked = admin.waits_a_while().browser.post(f"/settings/carriers/{connection.id}/end/", {})
    refused(asked, "STEP_UP_REQUIRED", 401)
    assert standing(willow) == 1
    assert admin.proves_again(asked).status_code == 302
    assert standing(willow) == 0


@pytest.mark.attack
def test_who_writes_is_changed_only_after_proving_who_it_is(willow: Clinic, pat: Actor, admin: Somebody):
    writes(pat)
    said = {"name": "Elsewhere", "phone": "617-555-0199", "site": "elsewhere.example"}
    asked = admin.waits_a_while().browser.post("/settings/carriers/writes/", said)
    refused(asked, "STEP_UP_REQUIRED", 401)
    with present(willow.system):
        assert Sender.objects.get(ended_at=None).name == "Willow"
    assert admin.proves_again(asked).status_code == 302
    with present(willow.system):
        assert Sender.objects.get(ended_at=None).site == "elsewhere.example"
