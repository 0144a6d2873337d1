"""Where the root key lives: a key file, AWS KMS, or Vault/OpenBao transit.

The root key wraps each practice's key and nothing else (envelope encryption, NIST SP 800-57 part 1 § 6.2; 45 CFR
§ 164.312(a)(2)(iv)). `load("file:/path")`, `load("awskms:KEY")` or `load("vault:https://host/mount/key")` gives a
`Root`. What goes wrong is a `Refusal` by name; no key and no wrapped key ever appears in one.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from keepwell.base.refusal import Refusal
from keepwell.vault.roots import keyfile

PROVIDERS = {
    "file": ("keepwell.vault.roots.file", "FileRoot", ""),
    "awskms": ("keepwell.vault.roots.aws_kms", "AwsKmsRoot", "aws"),
    "vault": ("keepwell.vault.roots.vault_transit", "VaultTransitRoot", "vault"),
}


class Root(Protocol):
    """A key that wraps other keys and never leaves its provider.

    `context` says what is being wrapped (practice, key version); the same context must be given to unwrap.
    """

    @property
    def id(self) -> str:
        """Which root key this is; the same for all its versions and in every process."""

    def wrap(self, plain: bytes, context: bytes) -> bytes:
        """Seal `plain` under the newest version. The blob names that version."""

    def unwrap(self, blob: bytes, context: bytes) -> bytes:
        """What was wrapped, from any version still alive."""

    def current(self) -> str:
        """The version that wraps today."""

    def version_of(self, blob: bytes) -> str:
        """The version a blob names; differs from `current()` when the blob is due for a new wrap."""


def load(spec: str) -> Root:
    """The root key a spec names: `file:PATH`, `awskms:KEY_ID_OR_ALIAS`, `vault:https://HOST/MOUNT/KEY`."""
    scheme, _, where = spec.partition(":")
    if scheme not in PROVIDERS or not where:
        raise Refusal("ROOT_SPEC_INVALID", why="it does not begin with file:, awskms: or vault: and a place")
    module, name, extra = PROVIDERS[scheme]
    try:
        provider = getattr(import_module(module), name)
    except ModuleNotFoundError:
        raise Refusal("ROOT_EXTRA_MISSING", extra=extra) from None
    return cast(Root, provider.load(where))


def new_version(spec: str) -> None:
    """A new version of the root key, which wraps from now on. Raises Refusal ROOT_ROTATES_ELSEWHERE."""
    scheme, _, where = spec.partition(":")
    if scheme != "file":
        raise Refusal("ROOT_ROTATES_ELSEWHERE", scheme=scheme)
    keyfile.rotate(Path(where))
