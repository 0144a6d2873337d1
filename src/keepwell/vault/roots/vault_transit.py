"""The root key in the transit engine of HashiCorp Vault or OpenBao (extra `vault`).

Spec: `vault:https://HOST[:PORT]/MOUNT/KEY`. The key must be made with `derived=true`, so the context takes part in the
key itself; one without is refused. The context also goes along as associated data. Rotation is Vault's own: a blob
begins `vault:vN:`. The token comes from VAULT_TOKEN, or from the file VAULT_TOKEN_FILE names (a Vault agent's sink),
read again for every request so that a renewed token is used; VAULT_NAMESPACE and VAULT_CACERT are honoured.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

import hvac
from hvac.exceptions import InvalidRequest, VaultError
from requests.exceptions import RequestException  # noqa: TID251 - roots are among the few that may

from keepwell.base.refusal import Refusal

BLOB: Final = re.compile(rb"vault:v([1-9][0-9]*):[A-Za-z0-9+/=]+")
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class VaultTransitRoot:
    """A derived transit key."""

    def __init__(self, url: str, mount: str, key: str, *, timeout: tuple[float, float] = (2, 4)) -> None:
        self._mount, self._key = mount, key
        self._id = f"vault:{url}/{mount}/{key}"
        self._client = hvac.Client(url=url, token="", timeout=timeout, namespace=os.environ.get("VAULT_NAMESPACE"))
        self._client.adapter.allow_redirects = False
        self._derived = False

    @classmethod
    def load(cls, where: str) -> VaultTransitRoot:
        """From the part of a spec after `vault:`."""
        parts = urlsplit(where)
        mount, _, key = parts.path.strip("/").rpartition("/")
        if not (parts.hostname and mount and key) or parts.username or parts.query:
            raise Refusal("ROOT_SPEC_INVALID", why="it is not vault:https://HOST/MOUNT/KEY")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise Refusal("ROOT_SPEC_INVALID", why="only https may carry a key, except on this machine")
        return cls(f"{parts.scheme}://{parts.netloc}", mount, key)

    @property
    def id(self) -> str:
        return self._id

    def wrap(self, plain: bytes, context: bytes) -> bytes:
        answer = self._transit("encrypt_data", plaintext=_b64(plain), **_bound(context))
        return str(answer["ciphertext"]).encode()

    def unwrap(self, blob: bytes, context: bytes) -> bytes:
        self.version_of(blob)
        answer = self._transit("decrypt_data", ciphertext=blob.decode(), **_bound(context))
        return base64.b64decode(answer["plaintext"])

    def current(self) -> str:
        return str(self._described()["latest_version"])

    def version_of(self, blob: bytes) -> str:
        named = BLOB.fullmatch(blob)
        if named is None:
            raise Refusal("ROOT_BLOB_REFUSED", why="it was not made by Vault transit")
        return named[1].decode()

    def _transit(self, call: str, **arguments: str) -> Any:
        if not self._derived:
            self._described()
        transit = self._client.secrets.transit
        return self._asked(lambda: getattr(transit, call)(name=self._key, mount_point=self._mount, **arguments)["data"])

    def _described(self) -> Any:
        transit = self._client.secrets.transit
        about = self._asked(lambda: transit.read_key(name=self._key, mount_point=self._mount)["data"])
        if not about["derived"]:
            raise Refusal("ROOT_NOT_DERIVED")
        self._derived = True
        return about

    def _asked(self, question: Callable[[], Any]) -> Any:
        """An answer, or a refusal that says which kind of trouble and repeats nothing of what was asked."""
        self._client.token = _token()
        try:
            return question()
        except InvalidRequest:
            raise Refusal("ROOT_BLOB_REFUSED", why="it was changed, or belongs to something else") from None
        except VaultError as trouble:
            raise Refusal("ROOT_UNAVAILABLE", why=f"Vault answered {type(trouble).__name__}") from None
        except RequestException as trouble:
            raise Refusal("ROOT_UNAVAILABLE", why=f"Vault did not answer ({type(trouble).__name__})") from None
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise Refusal("ROOT_UNAVAILABLE", why="what answered does not speak Vault transit") from None

    def __repr__(self) -> str:
        return f"<VaultTransitRoot {self._id}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A root key does not travel.")


def _token() -> str:
    held = os.environ.get("VAULT_TOKEN_FILE")
    if not held:
        return os.environ.get("VAULT_TOKEN", "")
    try:
        return Path(held).read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        raise Refusal("ROOT_UNAVAILABLE", why="the Vault token file cannot be read") from None


def _bound(context: bytes) -> dict[str, str]:
    return {"context": _b64(context), "associated_data": _b64(context)}


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
