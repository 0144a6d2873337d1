"""What sealing costs: opening a 500-byte field, unwrapping a key, and streaming a file, each beside the bare cipher."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.measure import Row, beside
from keepwell.base.ids import new_id
from keepwell.vault import crypto, files
from keepwell.vault.phi import PhiClass
from keepwell.vault.roots import keyfile, load

ROUNDS = 15
FILE = 20 << 20


def run(tiny: bool = False) -> dict[str, Row]:
    """Medians in microseconds and the ratio to the reference measured in the same run."""
    return {
        "open a 500 B field": _field(),
        "unwrap a class key and make its cipher": _unwrap(),
        "unwrap a practice key with a root key file": _root(),
        "seal a 20 MB file": _sealed_file(),
        "open a 20 MB file": _opened_file(),
    }


def _field() -> Row:
    key = crypto.ClassKey.of(os.urandom(32), 1)
    place = crypto.Place(new_id(), "patients_patient", "note", new_id(), new_id(), PhiClass.CLINICAL)
    blob = crypto.seal(key, place, 1, os.urandom(500))
    nonce, bound = os.urandom(12), place.bound(1)
    bare = key.cipher.encrypt(nonce, os.urandom(500), bound)
    return _beside(
        lambda: crypto.unseal(key, place, blob),
        lambda: key.cipher.decrypt(nonce, bare, bound),
        5000,
        "cryptography AESGCM.decrypt, 500 B",
        "≤ 1.4×",
    )


def _unwrap() -> Row:
    wrapping, raw = AESGCM(os.urandom(32)), os.urandom(32)
    context = crypto.key_context(new_id(), new_id(), PhiClass.CLINICAL, 1)
    wrapped, committed = crypto.wrap(wrapping, raw, context), crypto.commitment(context, raw)
    return _beside(
        lambda: crypto.ClassKey.of(crypto.unwrap(wrapping, wrapped, context, committed), 1),
        lambda: AESGCM(wrapping.decrypt(wrapped[:12], wrapped[12:], context)),
        5000,
        "AESGCM.decrypt of 32 B and AESGCM(key), no commitment",
    )


def _root() -> Row:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "root.key"
        keyfile.create(path)
        root, bare, nonce = load(f"file:{path}"), AESGCM(os.urandom(32)), os.urandom(12)
        blob, plain = root.wrap(os.urandom(32), b"practice"), bare.encrypt(nonce, os.urandom(32), b"practice")
        return _beside(
            lambda: root.unwrap(blob, b"practice"),
            lambda: bare.decrypt(nonce, plain, b"practice"),
            2000,
            "cryptography AESGCM.decrypt, 32 B",
        )


def _sealed_file() -> Row:
    plain, key, place = os.urandom(FILE), crypto.ClassKey.of(os.urandom(32), 1), _file_place()
    return _beside(
        lambda: files.seal_stream(io.BytesIO(plain), io.BytesIO(), key, place),
        lambda: _segments(key.cipher.encrypt, plain, 1 << 20),
        1,
        "AESGCM.encrypt of 1 MB pieces",
    )


def _opened_file() -> Row:
    plain, key, place = os.urandom(FILE), crypto.ClassKey.of(os.urandom(32), 1), _file_place()
    sealed = io.BytesIO()
    files.seal_stream(io.BytesIO(plain), sealed, key, place)
    blob, piece = sealed.getvalue(), key.cipher.encrypt(bytes(12), plain[: 1 << 20], b"")
    bare = piece * (FILE >> 20)
    return _beside(
        lambda: _drained(files.open_stream(io.BytesIO(blob), key, place)),
        lambda: _segments(key.cipher.decrypt, bare, len(piece)),
        1,
        "AESGCM.decrypt of 1 MB pieces",
    )


def _file_place() -> crypto.Place:
    return files.place(new_id(), new_id(), new_id(), PhiClass.CLINICAL)


def _segments(how: Callable[[bytes, bytes, bytes], bytes], data: bytes, size: int) -> None:
    source, out = io.BytesIO(data), io.BytesIO()
    while piece := source.read(size):
        out.write(how(bytes(12), piece, b""))


def _drained(stream: BinaryIO) -> None:
    out = io.BytesIO()
    while piece := stream.read(1 << 20):
        out.write(piece)


def _beside(
    ours: Callable[[], object], reference: Callable[[], object], times: int, against: str, target: str = ""
) -> Row:
    return beside(ours, reference, against=against, unit="µs", times=times, rounds=ROUNDS, target=target)
