"""An authenticator made of software: what a phone or a security key would answer, for tests."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

UP, UV, AT = AuthenticatorData.FLAG.UP, AuthenticatorData.FLAG.UV, AuthenticatorData.FLAG.AT


@dataclass
class SoftKey:
    """One passkey. Change its fields to make it lie."""

    origin: str = "http://testserver"
    site: str = "testserver"
    flags: Any = UP | UV
    count: int = 0
    id: bytes = field(default_factory=lambda: os.urandom(32))
    user: bytes = b""
    private: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def makes(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.create`."""
        asked = options["publicKey"]
        self.user = websafe_decode(asked["user"]["id"])
        key = ES256.from_cryptography_key(self.private.public_key())
        made = AttestedCredentialData.create(Aaguid.NONE, self.id, key)
        data = AuthenticatorData.create(sha256(self.site.encode()), self.flags | AT, self.count, made)
        client = CollectedClientData.create("webauthn.create", websafe_decode(asked["challenge"]), self.origin)
        told = AttestationObject.create("none", data, {})
        return self._said({"clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(told)})

    def signs(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.get`."""
        asked = options["publicKey"]
        self.count += 1
        data = AuthenticatorData.create(sha256(self.site.encode()), self.flags, self.count)
        client = CollectedClientData.create("webauthn.get", websafe_decode(asked["challenge"]), self.origin)
        signature = self.private.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        return self._said(
            {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": websafe_encode(self.user) if self.user else None,
            }
        )

    def _said(self, response: dict[str, Any]) -> str:
        own = websafe_encode(self.id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})


def asked(browser: Client, what: str) -> dict[str, Any]:
    """What the page's script fetches before it opens the browser's dialog."""
    answer = browser.post("/sign-in/passkey/options/", {"for": what})
    assert answer.status_code == 200, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def registers(browser: Client, key: SoftKey, name: str = "phone") -> Any:
    """Adds a passkey on the page of how one signs in."""
    return browser.post("/your-factors/passkeys/", {"name": name, "passkey": key.makes(asked(browser, "register"))})


def signs_in(browser: Client, key: SoftKey, **more: str) -> Any:
    """Presents a passkey at the door."""
    return browser.post("/sign-in/passkey/", {"passkey": key.signs(asked(browser, "prove"))} | more)
