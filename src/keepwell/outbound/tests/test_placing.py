"""What is typed of a carrier, a mail server or an endpoint is judged before it is kept."""

from __future__ import annotations

from typing import Any

import pytest

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.outbound import connections
from keepwell.outbound.connections import WAYS
from keepwell.outbound.tests import firms, hooked
from tests.cast import Clinic

SMS = {"url": "https://sms.example.com", "user": "AC1", "password": "token", "from": "+16175550100"}
SMTP = {"host": "smtp.example.com", "port": "587", "security": "starttls", "from": "clinic@willow.example"}


def refused(connector: str, said: dict[str, str]) -> tuple[str, str]:
    with pytest.raises(Refusal) as refusal:
        connections.checked(WAYS[connector], said)
    return refusal.value.code, str(refusal.value.field)


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"url": "http://sms.example.com"}, "WEBHOOK_NOT_HTTPS", "url"),
        ({"url": "https://u:p@sms.example.com"}, "WEBHOOK_NOT_HTTPS", "url"),
        ({"url": "https://[::1"}, "ADDRESS_UNREADABLE", "url"),
        ({"url": "https://sms.example.com:99999"}, "ADDRESS_UNREADABLE", "url"),
        ({"url": f"https://{'a' * 64}.example"}, "ADDRESS_UNREADABLE", "url"),
        ({"url": "https://sms.exam\x00ple.com"}, "LINE_BROKEN", "url"),
        ({"url": "https://127.0.0.1"}, "WEBHOOK_PRIVATE", "url"),
        ({"url": "https://[64:ff9b::a9fe:a9fe]"}, "WEBHOOK_PRIVATE", "url"),
        ({"url": "https://10.1.0.9"}, "WEBHOOK_PRIVATE", "url"),
        ({"networks": "local"}, "NETWORK_UNREADABLE", "networks"),
        ({"networks": "169.254.0.0/16"}, "NETWORK_BARRED", "networks"),
        ({"networks": "10.0.0.0/8, fe80::/10"}, "NETWORK_BARRED", "networks"),
        ({"authority": "no certificate"}, "AUTHORITY_UNREADABLE", "authority"),
        ({"from": "+1617\u2028555"}, "LINE_BROKEN", "from"),
    ],
)
def test_a_carrier_is_somewhere_that_may_be_spoken_to(more: dict[str, str], code: str, field: str):
    assert refused("sms", SMS | more) == (code, field)


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"port": "99999"}, "PORT_UNREADABLE", "port"),
        ({"port": "0"}, "PORT_UNREADABLE", "port"),
        ({"port": "smtp"}, "PORT_UNREADABLE", "port"),
        ({"host": f"{'a' * 64}.example"}, "ADDRESS_UNREADABLE", "host"),
        ({"host": "https://smtp.example.com"}, "ADDRESS_UNREADABLE", "host"),
        ({"from": "clinic"}, "EMAIL_UNREADABLE", "from"),
        ({"from": "señora@willow.example"}, "EMAIL_UNREADABLE", "from"),
    ],
)
def test_a_mail_server_has_a_name_a_port_and_an_address_of_ours(more: dict[str, str], code: str, field: str):
    assert refused("smtp", SMTP | more) == (code, field)


def test_what_can_be_spoken_to_is_kept():
    own = SMS | {"url": "https://10.1.0.9:8443/sms", "networks": "10.1.0.0/16"}
    assert connections.checked(WAYS["sms"], own) == own
    assert connections.checked(WAYS["smtp"], SMTP) == SMTP


@pytest.mark.attack
def test_loopback_is_opened_by_the_operator_and_by_nobody_else(settings: Any):
    here = SMS | {"url": "https://127.0.0.1:8443", "networks": "127.0.0.0/8"}
    assert connections.checked(WAYS["sms"], here) == here
    settings.KEEPWELL_LOOPBACK_CARRIERS = False
    assert refused("sms", here) == ("NETWORK_BARRED", "networks")


@pytest.mark.attack
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://[::1", "ADDRESS_UNREADABLE"),
        ("https://a.example:99999999/", "ADDRESS_UNREADABLE"),
        ("https://a.exa\x00mple/", "LINE_BROKEN"),
        ("https://u:p@a.example/", "WEBHOOK_NOT_HTTPS"),
        ("https://127.0.0.1/", "WEBHOOK_PRIVATE"),
        ("https://169.254.169.254/latest/", "WEBHOOK_PRIVATE"),
        ("https://localhost/", "WEBHOOK_PRIVATE"),
        ("https://[::1]/", "WEBHOOK_PRIVATE"),
    ],
)
def test_an_endpoint_is_judged_when_it_is_registered(willow: Clinic, pat: Actor, url: str, code: str):
    service = hooked.ours(pat)
    with pytest.raises(Refusal) as refusal:
        hooked.registered(pat, service, {"url": url})
    assert refusal.value.code == code


@pytest.mark.attack
@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\r\n", "\x00"])
def test_no_line_separator_stands_in_the_name_the_practice_writes_under(willow: Clinic, pat: Actor, separator: str):
    with pytest.raises(Refusal) as refusal:
        firms.did(pat, connections.describe, f"Willow{separator}Clinic")
    assert refusal.value.code == "PHI_IN_SUBJECT"
