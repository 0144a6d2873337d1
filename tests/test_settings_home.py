"""Settings: everybody finds their own sign-in there, and every place named is an address that role may open."""

from __future__ import annotations

from django.urls import reverse

from config.settings_home import GROUPS
from keepwell.access.policy import may
from keepwell.base.actor import Actor, Role
from tests.browse import ask, text


def test_everybody_finds_their_own_sign_in(rosa: Actor):
    assert reverse("your-sign-in") in text(ask(rosa, "/settings/"))


def test_every_place_is_an_address_and_for_some_role():
    places = [place for _, places in GROUPS for place in places]
    assert places
    assert all(reverse(place.page) for place in places)
    assert all(any(may(role, place.can) for role in Role if role is not Role.SYSTEM) for place in places)
