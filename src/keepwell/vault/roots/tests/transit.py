"""A small server that speaks Vault's transit engine, for tests: real encryption, real derivation, real versions.

No Vault or OpenBao binary is to be had in this environment, so this stands in for one on loopback. It follows
HashiCorp's published API: `derived=true` keys (HKDF-SHA256 with the context as info), `vault:vN:` ciphertexts,
AES-256-GCM with associated data, rotation, and the same status codes and error
texts. It is not a proof against a real server.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class BadRequestError(Exception):
    """What Vault answers with status 400."""


class TransitKey:
    """One named key with its versions."""

    def __init__(self, *, derived: bool = True) -> None:
        self.derived = derived
        self.versions = [os.urandom(32)]
        self.min_decryption_version = 1

    def describe(self) -> dict[str, Any]:
        return {
            "derived": self.derived,
            "latest_version": len(self.versions),
            "type": "aes256-gcm96",
            "min_decryption_version": self.min_decryption_version,
        }

    def encrypt(self, ask: dict[str, str]) -> dict[str, Any]:
        nonce, version = os.urandom(12), len(self.versions)
        sealed = nonce + self._cipher(version, ask).encrypt(nonce, _raw(ask, "plaintext"), _raw(ask, "associated_data"))
        return {"ciphertext": f"vault:v{version}:{base64.b64encode(sealed).decode()}", "key_version": version}

    def decrypt(self, ask: dict[str, str]) -> dict[str, Any]:
        parts = ask.get("ciphertext", "").split(":")
        if len(parts) != 3 or parts[0] != "vault" or not parts[1][1:].isdigit():
            raise BadRequestError("invalid ciphertext: no prefix")
        version = int(parts[1][1:])
        if version > len(self.versions):
            raise BadRequestError("invalid ciphertext: version is too new")
        if version < self.min_decryption_version:
            raise BadRequestError("ciphertext or signature version is disallowed by policy (too old)")
        sealed = _raw({"c": parts[2]}, "c")
        try:
            plain = self._cipher(version, ask).decrypt(sealed[:12], sealed[12:], _raw(ask, "associated_data"))
        except (InvalidTag, ValueError):
            raise BadRequestError("cipher: message authentication failed") from None
        return {"plaintext": base64.b64encode(plain).decode()}

    def _cipher(self, version: int, ask: dict[str, str]) -> AESGCM:
        key = self.versions[version - 1]
        if not self.derived:
            return AESGCM(key)
        if not ask.get("context"):
            raise BadRequestError("missing 'context' for key derivation; the key was created using a derived key")
        return AESGCM(HKDF(hashes.SHA256(), 32, None, _raw(ask, "context")).derive(key))


def _raw(ask: dict[str, str], name: str) -> bytes:
    try:
        return base64.b64decode(ask.get(name, ""), validate=True)
    except ValueError:
        raise BadRequestError(f"failed to base64-decode {name}") from None


class Transit(ThreadingHTTPServer):
    """The server: one mount, keys by name, one token."""

    daemon_threads = True

    def __init__(self, mount: str, token: str, keys: dict[str, TransitKey]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mount, self.token, self.keys = mount, token, keys
        self.url = f"http://127.0.0.1:{self.server_port}"

    @contextmanager
    def running(self) -> Iterator[Transit]:
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Transit

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}"))

    def _answer(self, ask: dict[str, str]) -> None:
        if self.headers.get("X-Vault-Token") != self.server.token:
            return self._send(403, {"errors": ["permission denied"]})
        try:
            data = self._routed(ask)
        except BadRequestError as trouble:
            return self._send(400, {"errors": [str(trouble)]})
        return self._send(404, {"errors": []}) if data is None else self._send(200, {"data": data})

    def _routed(self, ask: dict[str, str]) -> dict[str, Any] | None:
        what = self.path.removeprefix(f"/v1/{self.server.mount}/").split("/")
        key = self.server.keys.get(what[1] if len(what) > 1 else "")
        if key is None:
            return None
        match what:
            case ["keys", _]:
                return key.describe()
            case ["keys", _, "rotate"]:
                key.versions.append(os.urandom(32))
                return {}
            case ["encrypt", _]:
                return key.encrypt(ask)
            case ["decrypt", _]:
                return key.decrypt(ask)
        return None

    def _send(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Silent."""
