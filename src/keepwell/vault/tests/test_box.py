"""A box opens for what its content belongs to, and for nothing else."""

from __future__ import annotations

import base64
import os

import pytest

from keepwell.base.refusal import Refusal
from keepwell.vault.box import Box

BOX = Box(os.urandom(32))


def refused(text: str, bound: bytes = b"ada", box: Box = BOX) -> None:
    with pytest.raises(Refusal) as caught:
        box.open(text, bound)
    assert caught.value.code == "INTEGRITY_FAILURE"


def test_what_was_sealed_opens():
    assert BOX.open(BOX.seal(b"a secret", b"ada"), b"ada") == b"a secret"


def test_it_opens_for_nobody_else_and_with_no_other_key():
    sealed = BOX.seal(b"a secret", b"ada")
    refused(sealed, b"bo")
    refused(sealed, box=Box(os.urandom(32)))


@pytest.mark.parametrize("text", ["", "x", "====", "AAAA", "\N{SNOWMAN}", base64.b64encode(bytes(27)).decode()])
def test_nonsense_is_refused(text: str):
    refused(text)


def test_no_byte_can_be_changed():
    raw = base64.b64decode(BOX.seal(b"a secret", b"ada"))
    for at in range(len(raw)):
        refused(base64.b64encode(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]).decode())


def test_it_shows_no_key():
    assert "AESGCM" not in repr(BOX) and "key" not in repr(BOX)
