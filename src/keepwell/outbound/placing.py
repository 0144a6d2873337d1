"""Whether what somebody typed names a place that may be spoken to, judged before it is kept.

No name is looked up here: where a name leads is judged each time it is used (connectors/wire.py).
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from django.conf import settings

from keepwell.base import addresses, text
from keepwell.base.refusal import Refusal


def refuse(said: Mapping[str, str]) -> None:
    """Raises Refusal LINE_BROKEN, AUTHORITY_UNREADABLE, NETWORK_UNREADABLE, NETWORK_BARRED, PORT_UNREADABLE,
    WEBHOOK_NOT_HTTPS, ADDRESS_UNREADABLE, WEBHOOK_PRIVATE.
    """
    for name, value in said.items():
        if name != "authority" and not text.one_line(value):
            raise Refusal("LINE_BROKEN", field=name)
    _authority(said.get("authority", ""))
    own = _networks(said.get("networks", ""))
    if "port" in said:
        _port(said["port"])
    if "host" in said:
        _host(said["host"])
    if "url" in said:
        _url(said["url"], own)


def _authority(pem: str) -> None:
    try:
        if pem:
            ssl.create_default_context(cadata=pem)
    except (ssl.SSLError, ValueError):
        raise Refusal("AUTHORITY_UNREADABLE", field="authority") from None


def _networks(said: str) -> list[addresses.Network]:
    try:
        own = addresses.networks(said)
    except ValueError:
        raise Refusal("NETWORK_UNREADABLE", field="networks") from None
    if any(addresses.closed(each, loopback=settings.KEEPWELL_LOOPBACK_CARRIERS) for each in own):
        raise Refusal("NETWORK_BARRED", field="networks")
    return own


def _port(said: str) -> None:
    try:
        addresses.port(said)
    except ValueError:
        raise Refusal("PORT_UNREADABLE", field="port") from None


def _host(said: str) -> None:
    try:
        addresses.host(said)
    except ValueError:
        raise Refusal("ADDRESS_UNREADABLE", field="host") from None


def _url(said: str, own: list[addresses.Network]) -> None:
    if not said.startswith("https://") or "@" in said.removeprefix("https://").partition("/")[0]:
        raise Refusal("WEBHOOK_NOT_HTTPS", field="url")
    try:
        place = addresses.place(said)
    except ValueError:
        raise Refusal("ADDRESS_UNREADABLE", field="url") from None
    literal = addresses.literal(place.host)
    loopback = settings.KEEPWELL_LOOPBACK_CARRIERS
    if literal is not None and not addresses.open_to(literal, own, loopback=loopback):
        raise Refusal("WEBHOOK_PRIVATE", field="url")
