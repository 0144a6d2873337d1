"""A sealed file opens whole, in its own place, or not at all."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.vault import files
from keepwell.vault.crypto import ClassKey, Place
from keepwell.vault.phi import PhiClass

MB = 1 << 20
KEY = ClassKey.of(os.urandom(32), 7)
AT = files.place(new_id(), new_id(), new_id(), PhiClass.CLINICAL)


def sealed(plain: bytes) -> bytes:
    dst = io.BytesIO()
    assert files.seal_stream(io.BytesIO(plain), dst, KEY, AT) == len(plain)
    return dst.getvalue()


def opened(blob: bytes, key: ClassKey = KEY, at: Place = AT) -> bytes:
    return files.open_stream(io.BytesIO(blob), key, at).read()


def refused(blob: bytes, key: ClassKey = KEY, at: Place = AT) -> None:
    with pytest.raises(Refusal) as caught:
        opened(blob, key, at)
    assert caught.value.code == "INTEGRITY_FAILURE"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("size", [0, 1, 4096, MB - 1, MB, MB + 1, 3 * MB, 5 * MB + 123])
def test_what_was_sealed_opens(size: int) -> None:
    plain = os.urandom(size)
    blob = sealed(plain)
    assert opened(blob) == plain
    assert size < 16 or plain[:16] not in blob


def test_the_destination_stays_open_for_its_owner_to_sync() -> None:
    dst = io.BytesIO()
    files.seal_stream(io.BytesIO(b"x"), dst, KEY, AT)
    assert not dst.closed


def test_reading_in_small_bites_gives_the_same() -> None:
    plain = os.urandom(2 * MB + 17)
    stream = files.open_stream(io.BytesIO(sealed(plain)), KEY, AT)
    assert b"".join(iter(lambda: stream.read(7919), b"")) == plain


@pytest.mark.parametrize("keep", [0, 3, 8, 20, 48, MB - 1, MB, MB + 8, 2 * MB, -1, -16, -MB])
def test_a_file_cut_short_is_refused(keep: int) -> None:
    refused(sealed(os.urandom(3 * MB))[:keep])


def test_a_file_cut_at_the_edge_of_a_segment_is_refused() -> None:
    blob = sealed(os.urandom(3 * MB))
    for edge in (8 + MB, 8 + 2 * MB):
        refused(blob[:edge])


def test_segments_in_another_order_are_refused() -> None:
    blob = sealed(os.urandom(4 * MB))
    first, second, third = blob[8 : 8 + MB], blob[8 + MB : 8 + 2 * MB], blob[8 + 2 * MB : 8 + 3 * MB]
    refused(blob[:8] + first + third + second + blob[8 + 3 * MB :])


def test_a_segment_of_another_file_is_refused() -> None:
    one, two = sealed(os.urandom(3 * MB)), sealed(os.urandom(3 * MB))
    refused(one[: 8 + MB] + two[8 + MB : 8 + 2 * MB] + one[8 + 2 * MB :])


@pytest.mark.parametrize("at", [0, 4, 7, 8, 9, 30, 60, MB + 100, -1])
def test_a_changed_byte_is_refused(at: int) -> None:
    blob = bytearray(sealed(os.urandom(2 * MB)))
    blob[at] ^= 1
    refused(bytes(blob))


def test_more_bytes_at_the_end_are_refused() -> None:
    refused(sealed(os.urandom(100)) + b"\0" * 40)


@pytest.mark.parametrize(
    "elsewhere",
    [
        lambda: AT._replace(practice=new_id()),
        lambda: AT._replace(subject=new_id()),
        lambda: AT._replace(row=new_id()),
        lambda: AT._replace(phi=PhiClass.PSYCHOTHERAPY),
        lambda: AT._replace(column="thumbnail"),
    ],
)
def test_a_file_moved_elsewhere_is_refused(elsewhere: Callable[[], Place]) -> None:
    refused(sealed(b"an x-ray"), at=elsewhere())


def test_another_key_is_refused() -> None:
    refused(sealed(b"an x-ray"), key=ClassKey.of(os.urandom(32), KEY.version))


def test_another_version_of_the_key_is_refused() -> None:
    refused(sealed(b"an x-ray"), key=ClassKey.of(KEY.raw, KEY.version + 1))


def test_a_file_names_its_key_version() -> None:
    assert files.key_version(sealed(b"")[:8]) == 7
    with pytest.raises(Refusal):
        files.key_version(b"PK\3\4....")


def test_the_class_key_itself_never_seals_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fields and files do not share key material: Tink fed the bare class key cannot open our files."""
    blob = sealed(b"an x-ray")
    monkeypatch.setattr(files, "derive", lambda key, info: key)
    refused(blob)


@pytest.mark.parametrize("size", [0, 100, MB, 3 * MB])
def test_an_upload_that_breaks_off_never_opens(size: int) -> None:
    class BreaksOff(io.BytesIO):
        def read(self, amount: int | None = -1, /) -> bytes:
            data = super().read(amount)
            if not data:
                raise ConnectionError("the browser went away")
            return data

    dst = io.BytesIO()
    with pytest.raises(ConnectionError):
        files.seal_stream(BreaksOff(os.urandom(size)), dst, KEY, AT)
    refused(dst.getvalue())


def test_memory_does_not_grow_with_the_file() -> None:
    """A child seals and opens 256 MB and says by how many KB its peak grew over doing the same with 8 MB."""
    told = subprocess.run([sys.executable, "-c", GROWTH], capture_output=True, check=True, text=True)
    assert int(told.stdout) < 16 * 1024


GROWTH = """
import io, os, resource, shutil, sys, tempfile
from keepwell.base.ids import new_id
from keepwell.vault import files
from keepwell.vault.crypto import ClassKey
from keepwell.vault.phi import PhiClass

class Zeros(io.RawIOBase):
    def __init__(self, left): self.left = left
    def readable(self): return True
    def readinto(self, into):
        n = min(len(into), self.left); into[:n] = bytes(n); self.left -= n; return n

class Drain:
    def __init__(self): self.n = 0
    def write(self, data): self.n += len(data); return len(data)

key, at = ClassKey.of(os.urandom(32), 1), files.place(new_id(), new_id(), new_id(), PhiClass.CLINICAL)
def whole(size):
    with tempfile.TemporaryFile() as held:
        files.seal_stream(Zeros(size), held, key, at)
        held.seek(0)
        out = Drain()
        shutil.copyfileobj(files.open_stream(held, key, at), out, 1 << 20)
        assert out.n == size
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
small = whole(8 << 20)
sys.stdout.write(str(whole(256 << 20) - small))
"""
