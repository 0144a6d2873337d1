"""OpenID Connect, the part that talks to a practice's sign-in service: discovery, code for token, and what is in it.

The only module of this floor that may use the network. Over TLS only, to public addresses only (KEEPWELL_SSO_PRIVATE=1
lets a service in one's own network be used), to the very address that was looked at, without redirects, for seconds and
kilobytes. Authorization code with PKCE (RFC 7636), state and nonce; the ID token is checked against the service's keys
(OpenID Connect Core § 3.1.3.7). The service learns that somebody signs in, never anything of a patient.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import secrets
import socket  # noqa: TID251 - one of the few places that may
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection  # noqa: TID251 - one of the few places that may
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import jwt
from django.conf import settings

from keepwell.base import addresses
from keepwell.base.refusal import Refusal

SECONDS = 5
MOST = 512 * 1024
LEEWAY = 60
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"})
"""Signatures by a key only the service has. No shared secrets, and never none."""

STRONG = frozenset(
    {
        "phr",
        "phrh",
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
        "https://refeds.org/profile/mfa",
    }
)
"""Values of `acr` that say two factors or a key of hardware; otherwise `amr` has to say "mfa" (RFC 8176)."""


@dataclass(frozen=True, slots=True)
class Client:
    """What we are to a sign-in service."""

    issuer: str
    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, kept in the browser's own session until the answer comes back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What a genuine token says: the service's own id, a verified address or "", and whether it was by two factors."""

    subject: str
    email: str
    strong: bool


def discovered(issuer: str) -> Mapping[str, Any]:
    """What the service says of itself. Raises Refusal SSO_UNREACHABLE."""
    found = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != issuer or not all(_is_https(found.get(end)) for end in ends):
        raise Refusal("SSO_UNREACHABLE")
    return found


def asking(client: Client, back: str) -> tuple[str, Asked]:
    """Where to send the browser, and what to hold the answer to."""
    asked = Asked(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    challenge = _b64(hashlib.sha256(asked.verifier.encode()).digest())
    said = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": back,
        "scope": "openid email",
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    where = str(discovered(client.issuer)["authorization_endpoint"])
    return f"{where}{'&' if '?' in where else '?'}{urlencode(said)}", asked


def answered(client: Client, asked: Asked, code: str, back: str) -> Claims:
    """What the service says of whoever brought this code. Raises Refusal SSO_UNREACHABLE or SSO_REFUSED."""
    service = discovered(client.issuer)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": asked.verifier}
    said = _fetched(str(service["token_endpoint"]), form | {"client_id": client.id}, client)
    token = said.get("id_token")
    if not isinstance(token, str):
        raise Refusal("SSO_REFUSED")
    return _claims(token, client, asked, _fetched(str(service["jwks_uri"])))


def _claims(token: str, client: Client, asked: Asked, keys: Mapping[str, Any]) -> Claims:
    try:
        head = jwt.get_unverified_header(token)
        if head.get("alg") not in ALGORITHMS:
            raise Refusal("SSO_REFUSED")
        known = [k for k in jwt.PyJWKSet.from_dict(dict(keys)).keys if k.key_id == head.get("kid")]
        said = jwt.decode(
            token,
            known[0],
            algorithms=[head["alg"]],
            audience=client.id,
            issuer=client.issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "aud", "iss", "sub"]},
        )
    except (jwt.PyJWTError, IndexError, KeyError, TypeError, ValueError):
        raise Refusal("SSO_REFUSED") from None
    _refuse_strange(said, client, asked)
    email = said.get("email") if said.get("email_verified") is True else ""
    ways = said.get("amr")
    strong = (isinstance(ways, list) and "mfa" in ways) or str(said.get("acr")) in STRONG
    return Claims(said["sub"], email if isinstance(email, str) else "", strong)


def _refuse_strange(said: Mapping[str, Any], client: Client, asked: Asked) -> None:
    """A token for somebody else's question, or for another program as well."""
    nonce = said.get("nonce")
    ours = isinstance(nonce, str) and hmac.compare_digest(nonce.encode(), asked.nonce.encode())
    several = isinstance(said["aud"], list) and len(said["aud"]) > 1
    if not ours or (several and said.get("azp") != client.id) or said["iat"] > time.time() + LEEWAY:
        raise Refusal("SSO_REFUSED")
    if not isinstance(said["sub"], str) or not 0 < len(said["sub"]) <= 255:
        raise Refusal("SSO_REFUSED")


class _Pinned(HTTPSConnection):
    """TLS to an address that was looked at, under the name that was asked for: a second look-up cannot change it."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self._tls, self._address = ssl.create_default_context(), address
        super().__init__(host, port, timeout=SECONDS, context=self._tls)

    def connect(self) -> None:
        raw = socket.create_connection((self._address, self.port), SECONDS)
        self.sock = self._tls.wrap_socket(raw, server_hostname=self.host)


def _fetched(url: str, form: Mapping[str, str] | None = None, client: Client | None = None) -> dict[str, Any]:
    """A JSON object from the service. Raises Refusal SSO_UNREACHABLE, and says no more than that."""
    if not _is_https(url):
        raise Refusal("SSO_UNREACHABLE")
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    headers = {"Accept": "application/json"}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    if client is not None:
        pair = f"{quote(client.id, safe='')}:{quote(client.secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    try:
        connection = _Pinned(host, port, _address(host, port))
        try:
            connection.request("GET" if form is None else "POST", path, urlencode(form) if form else None, headers)
            response = connection.getresponse()
            body = response.read(MOST + 1)
        finally:
            connection.close()
        said = json.loads(body) if response.status == 200 and len(body) <= MOST else None
    except (OSError, HTTPException, ValueError):
        raise Refusal("SSO_UNREACHABLE") from None
    if not isinstance(said, dict):
        raise Refusal("SSO_UNREACHABLE")
    return said


def _address(host: str, port: int) -> str:
    """The one address to speak to. Raises Refusal SSO_UNREACHABLE where any of a name's addresses is private."""
    found = [row[4][0] for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not (settings.KEEPWELL_SSO_PRIVATE or all(_public(str(one)) for one in found)):
        raise Refusal("SSO_UNREACHABLE")
    return str(found[0])


def _public(address: str) -> bool:
    return addresses.open_to(ipaddress.ip_address(address.partition("%")[0]))


def _is_https(url: object) -> bool:
    if not isinstance(url, str) or len(url) > 2000 or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and (parts.port or 1) > 0
    except ValueError:
        return False


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
