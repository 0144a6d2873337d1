"""Which browser, from which network, on which device: what people recognise their sessions by, and what is asked of it.

A device is known by a random key in a cookie of its own, sealed together with its practice. The table holds its hash.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import secrets
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from keepwell.access import door, policy
from keepwell.access.actions import system_actor
from keepwell.access.models import Device, SignInRules
from keepwell.base import clock
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present

_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def named(request: HttpRequest) -> str:
    """ "Firefox, Linux"; "" when the browser does not say."""
    agent = request.headers.get("User-Agent", "")
    found = (next((name for mark, name in marks if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, found))


def network(address: str) -> str:
    """The network of an address: enough to say "the practice's own", too little to say which machine."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))


YEAR = 365 * 24 * 3600

LACKS = {
    "approval": _("nobody approved it yet"),
    "encrypted": _("its disk is not encrypted"),
    "locks": _("its screen does not lock by itself"),
    "updated": _("its system is not up to date"),
    "attested": _("nobody confirmed this for a year"),
}
BOUND = b"device1"


def cookie_name() -> str:
    """Under TLS for this host alone, like the session's."""
    return f"{settings.SESSION_COOKIE_NAME}-device"


def given(request: HttpRequest) -> tuple[UUID, bytes] | None:
    """The practice and the key's hash of the device a request comes from, if it was ever registered."""
    try:
        said = json.loads(door.box("devices").open(request.COOKIES.get(cookie_name(), ""), BOUND))
    except (Refusal, ValueError):
        return None
    return UUID(said["practice"]), _hash(said["key"])


def new_key() -> tuple[str, bytes]:
    """A key for a device, and its hash."""
    key = secrets.token_urlsafe(32)
    return key, _hash(key)


def remember(response: HttpResponse, practice: UUID, key: str) -> None:
    """The browser keeps what makes it this device: not for scripts, not for other sites."""
    sealed = door.box("devices").seal(json.dumps({"practice": str(practice), "key": key}).encode(), BOUND)
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(cookie_name(), sealed, max_age=2 * YEAR, secure=secure, httponly=True, samesite="Lax")


def of(request: HttpRequest, practice: UUID) -> Device | None:
    """The device of a request, as this practice knows it. Asked with somebody of the practice present."""
    said = given(request)
    return Device.objects.filter(key_hash=said[1]).first() if said and said[0] == practice else None


def rules() -> SignInRules:
    """What the practice present asks; its own row, or the defaults."""
    return SignInRules.objects.first() or SignInRules()


def unless_revoked(request: HttpRequest) -> None:
    """Raises Refusal DEVICE_REVOKED for a device that was lost or taken out of use, whoever is or is not signed in."""
    said = given(request)
    if said is None:
        return
    with present(system_actor(said[0])):
        device = of(request, said[0])
    if device is not None and device.revoked_at is not None:
        raise Refusal("DEVICE_REVOKED", date=f"{device.revoked_at:%Y-%m-%d}")


def lacks(device: Device) -> Iterable[str]:
    """What keeps a device from being one the practice knows and trusts, in codes of the screen."""
    if device.approved_at is None:
        yield "approval"
    for name in ("encrypted", "locks", "updated"):
        if not getattr(device, name):
            yield name
    if (clock.now() - device.attested_at).total_seconds() > YEAR:
        yield "attested"


def limited(request: HttpRequest, practice: UUID, permission: policy.Can) -> Refusal | None:
    """Why this session may not do this from here; nothing while the practice does not require known devices."""
    if permission in policy.FROM_ANYWHERE or not rules().devices_required:
        return None
    device = of(request, practice)
    if device is None:
        return Refusal("BYOD_NOT_ENROLLED" if _handheld(request) else "WORKSTATION_CLASS_UNKNOWN")
    missing = tuple(lacks(device))
    return Refusal("DEVICE_NOT_COMPLIANT", reasons=", ".join(str(LACKS[name]) for name in missing)) if missing else None


def _handheld(request: HttpRequest) -> bool:
    return any(kind in named(request) for kind in ("Android", "iPhone", "iPad"))


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
