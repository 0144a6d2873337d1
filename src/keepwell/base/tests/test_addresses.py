"""Where addresses lead, and which of them nobody may open by typing a network."""

from __future__ import annotations

import ipaddress

import pytest

from keepwell.base import addresses

ANYWHERE = addresses.networks("0.0.0.0/0, ::/0")
HIDDEN = (
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "::127.0.0.1", "fec0::1",
    "::ffff:127.0.0.1", "::ffff:0:7f00:1", "2001:0:1::1", "fe80::1", "2606:4700::5efe:7f00:1",
)  # fmt: skip
METADATA = ("169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")


@pytest.mark.attack
@pytest.mark.parametrize("address", [*HIDDEN, *METADATA, "127.0.0.1", "::1", "0.0.0.0", "::", "224.0.0.1", "ff02::1"])
def test_no_network_anybody_names_opens_this_machine_its_link_or_its_cloud(address: str):
    assert not addresses.open_to(ipaddress.ip_address(address))
    assert not addresses.open_to(ipaddress.ip_address(address), ANYWHERE)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::"]
)
def test_public_addresses_are_open_and_so_is_the_public_one_inside_another(address: str):
    assert addresses.open_to(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203", "fd12:3456::1", "192.168.4.4"])
def test_a_network_of_ones_own_is_open_once_it_is_named(address: str):
    own = addresses.networks("10.0.0.0/8, 192.168.0.0/16, fd12:3456::/32")
    assert not addresses.open_to(ipaddress.ip_address(address))
    assert addresses.open_to(ipaddress.ip_address(address), own)


def test_loopback_needs_the_operators_word_and_the_name_of_the_network():
    here, own = ipaddress.ip_address("127.0.0.1"), addresses.networks("127.0.0.0/8")
    assert not addresses.open_to(here, own)
    assert not addresses.open_to(here, loopback=True)
    assert addresses.open_to(here, own, loopback=True)
    assert not addresses.open_to(ipaddress.ip_address("169.254.1.1"), ANYWHERE, loopback=True)


@pytest.mark.parametrize(
    "network", ["127.0.0.0/8", "::1/128", "169.254.0.0/16", "fe80::/10", "168.63.129.16/32", "0.0.0.0/0"]
)
def test_what_is_barred_is_barred_when_it_is_typed(network: str):
    assert addresses.closed(ipaddress.ip_network(network))
    assert not addresses.closed(ipaddress.ip_network("10.1.0.0/16"))


@pytest.mark.parametrize(
    "url",
    ["https://[::1", "https://a.example:99999/", "https://a.example:99999999/", "https://a.example:0/", "http://a.example/",
     f"https://{'a' * 64}.example/", "https://u:p@a.example/", "https://@a.example/", "https://a\x00.example/", "https://",
     "https://a..example/", "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://a b.example/",
     "https://señora.example/", "https://a.example\\@b.example/", "https://a.example/\u2028"],
)  # fmt: skip
def test_what_no_server_is_reached_at_is_no_place(url: str):
    with pytest.raises(ValueError, match=r"."):
        addresses.place(url)


def test_a_place_is_taken_apart():
    assert addresses.place("https://a.example/p?q=1") == addresses.Place("a.example", 443, "/p?q=1")
    assert addresses.place("https://[2606:4700::1]:8443") == addresses.Place("2606:4700::1", 8443, "/")
    assert str(addresses.literal("app.localhost.")) == "127.0.0.1"
    assert addresses.literal("a.example") is None
