"""Where an address leads: out into the world, into a network of one's own, or where nothing typed in may ever lead.

An IPv6 address can carry an IPv4 address that a translator on the way unwraps. Each is judged by the one inside
(server-side request forgery, CWE-918). No name is looked up here.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*said: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(each) for each in said)


LOOPBACK = _networks("127.0.0.0/8", "::1/128")
NEVER = _networks(
    "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32",
    "168.63.129.16/32", "::/128", "fe80::/10", "fec0::/10", "ff00::/8", "64:ff9b:1::/48", "2001::/32", "100::/64",
    "fd00:ec2::/32", "fd20:ce::/32",
)  # fmt: skip
"""This host and this link, site-local, many at once, nobody, tunnels that hide whom they lead to (RFC 8215, RFC 4380),
and what clouds answer their own machines at: 169.254.169.254, 168.63.129.16, 100.100.100.200, 192.0.0.192,
fd00:ec2::254, fd20:ce::254.
"""
_INSIDE_LAST = _networks("64:ff9b::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "::/96")
"""Prefixes whose last 32 bits are an IPv4 address: NAT64 (RFC 6052), mapped, translated (RFC 2765), compatible."""
_ISATAP = (0x00005EFE, 0x02005EFE)
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_\-]{0,61}[A-Za-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Place:
    """What an https URL names."""

    host: str
    port: int
    path: str


def place(url: str) -> Place:
    """An https URL taken apart, for a host and a port that can be. Raises ValueError."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError("no URL")
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise ValueError("not https, or no host, or a password in it")
    at = 443 if parts.port is None else port(str(parts.port))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(host(parts.hostname), at, path)


def port(said: str) -> int:
    """A port somebody can listen on. Raises ValueError."""
    if not (said.isascii() and said.isdecimal() and len(said) < 6 and 0 < int(said) < 65536):
        raise ValueError("no port")
    return int(said)


def host(said: str) -> str:
    """A host name or a literal address, as it is looked up. Raises ValueError."""
    if literal(said) is not None:
        return said
    labels = said.removesuffix(".").split(".")
    last = labels[-1]
    if len(said) > 253 or not all(_LABEL.fullmatch(each) for each in labels) or re.fullmatch(r"0[xX].*|[0-9]+", last):
        raise ValueError("no host")
    return said


def literal(host: str) -> IP | None:
    """The address that a host is written as; `localhost` always means this machine (RFC 6761 § 6.3)."""
    name = host.casefold().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return ipaddress.ip_address("127.0.0.1")
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def networks(said: str) -> list[Network]:
    """Networks as they are typed, with commas between. Raises ValueError."""
    return [ipaddress.ip_network(each.strip()) for each in said.split(",") if each.strip()]


def closed(network: Network, *, loopback: bool = False) -> bool:
    """Whether a network reaches into what nobody may open by naming it; loopback only where the operator says so."""
    barred = NEVER if loopback else NEVER + LOOPBACK
    return any(network.version == own.version and network.overlaps(own) for own in barred)


def open_to(address: IP, own: Iterable[Network] = (), *, loopback: bool = False) -> bool:
    """Whether an address may be spoken to: a public one, or one in a network of one's own, and never what is barred."""
    inner = inside(address)
    if any(_in(ip, NEVER) for ip in (address, inner)):
        return False
    if any(_in(ip, LOOPBACK) for ip in (address, inner)):
        return loopback and any(_in(ip, own) for ip in (address, inner))
    return _in(inner, own) or (inner.is_global and not inner.is_multicast and not inner.is_reserved)


def inside(address: IP) -> IP:
    """The IPv4 address an IPv6 address carries; any other is itself."""
    if isinstance(address, ipaddress.IPv4Address) or _in(address, LOOPBACK) or int(address) == 0:
        return address
    if address.sixtofour is not None:
        return address.sixtofour
    last = int(address) & 0xFFFFFFFF
    if _in(address, _INSIDE_LAST) or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return ipaddress.IPv4Address(last)
    return address


def _in(ip: IP, networks: Iterable[Network]) -> bool:
    return any(ip.version == network.version and ip in network for network in networks)
