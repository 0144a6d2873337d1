"""Files and attachments at rest: streaming authenticated encryption in constant memory.

Tink's AES256-GCM-HKDF in 1 MB segments (https://developers.google.com/tink/streaming-aead): every file gets its own key
by HKDF from the subject's class key and a random salt, every segment its own nonce and a mark on the last one, so a
file cannot be cut short, reordered, or swapped for another's. A small header names the key version.

What a reader has been given before the trouble was found is authentic but may be only a beginning: whoever acts on a
whole file reads to its end first.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable
from typing import Any, BinaryIO, Final, cast
from uuid import UUID

from tink import KeysetHandle, TinkError, proto_keyset_format, secret_key_access, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

from keepwell.base.refusal import Refusal
from keepwell.vault.crypto import ClassKey, Place, derive
from keepwell.vault.phi import PhiClass

MAGIC: Final = b"KWF1"
SEGMENT: Final = 1 << 20
_TYPE_URL: Final = "type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey"

streaming_aead.register()


def place(practice: UUID, subject: UUID, file: UUID, phi: PhiClass) -> Place:
    """Where a file's content belongs. It opens for this practice, subject, file and class and for no other."""
    return Place(practice, "file", "content", file, subject, phi)


def archive_key(raw: bytes) -> ClassKey:
    """The key of one archive of the house: no subject's, made for it alone and wrapped by the root key."""
    return ClassKey.of(raw, 1)


def archive_place(file: UUID) -> Place:
    """Where an archive's content belongs: to the house and to this file."""
    return Place(UUID(int=0), "archive", "content", file, UUID(int=0), PhiClass.OFFICE)


def pieces(chunks: Iterable[bytes]) -> BinaryIO:
    """Pieces as something that can be read, to be sealed one after the other."""
    return cast(BinaryIO, _Pieces(chunks))


def seal_stream(src: BinaryIO, dst: BinaryIO, key: ClassKey, at: Place) -> int:
    """Read plain bytes from `src`, write sealed ones to `dst`, and leave both open. Returns how many were read.

    If `src` or `dst` fails, what was written so far never opens: it lacks its last segment.
    """
    head, counted, target = _head(key), _Counted(src), _Target(dst)
    dst.write(head)
    with _cipher(key).new_encrypting_stream(cast(BinaryIO, target), _bound(at, head)) as sealing:
        try:
            shutil.copyfileobj(counted, sealing, SEGMENT)
        except BaseException:
            target.given_up = True  # closing would mark what came so far as the whole file
            raise
    return counted.read_so_far


def open_stream(src: BinaryIO, key: ClassKey, at: Place) -> BinaryIO:
    """A readable stream of the plain bytes. Refuses with INTEGRITY_FAILURE what was moved, cut or changed."""
    head = _head(key)
    if src.read(len(head)) != head:
        raise Refusal("INTEGRITY_FAILURE", place="file.content")
    try:
        inner = _cipher(key).new_decrypting_stream(src, _bound(at, head))
    except TinkError:
        raise Refusal("INTEGRITY_FAILURE", place="file.content") from None
    return cast(BinaryIO, io.BufferedReader(_Opened(inner), SEGMENT))


def key_version(head: bytes) -> int:
    """The version of the class key a sealed file was made with, from its first eight bytes."""
    if len(head) < 8 or head[:4] != MAGIC:
        raise Refusal("INTEGRITY_FAILURE", place="file.content")
    return int.from_bytes(head[4:8], "big")


def _head(key: ClassKey) -> bytes:
    return MAGIC + key.version.to_bytes(4, "big")


def _bound(at: Place, head: bytes) -> bytes:
    return head + at.bound(0)


def _cipher(key: ClassKey) -> streaming_aead.StreamingAead:
    """Tink's primitive over a subkey of the class key, so files and fields never share key material."""
    material = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(
        version=0,
        key_value=derive(key.raw, "keepwell file 1"),
        params=aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
            ciphertext_segment_size=SEGMENT, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256
        ),
    )
    only = tink_pb2.Keyset.Key(
        key_id=1,
        status=tink_pb2.ENABLED,
        output_prefix_type=tink_pb2.RAW,
        key_data=tink_pb2.KeyData(
            type_url=_TYPE_URL, value=material.SerializeToString(), key_material_type=tink_pb2.KeyData.SYMMETRIC
        ),
    )
    serialized = tink_pb2.Keyset(primary_key_id=1, key=[only]).SerializeToString()
    handle: KeysetHandle = proto_keyset_format.parse(serialized, secret_key_access.TOKEN)
    return handle.primitive(streaming_aead.StreamingAead)


class _Counted:
    def __init__(self, src: BinaryIO) -> None:
        self._src = src
        self.read_so_far = 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._src.read(size)
        self.read_so_far += len(data)
        return data


class _Target(io.RawIOBase):
    """Tink closes what it writes to; the destination is its owner's to close (and fsync)."""

    def __init__(self, dst: BinaryIO) -> None:
        self._dst = dst
        self.given_up = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        return len(data) if self.given_up else self._dst.write(data)


class _Opened(io.RawIOBase):
    """Tink's trouble, told as a refusal."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any, /) -> int:
        view = memoryview(into).cast("B")
        try:
            data = self._inner.read(len(view))
        except TinkError:
            raise Refusal("INTEGRITY_FAILURE", place="file.content") from None
        view[: len(data)] = data
        return len(data)


class _Pieces:
    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._left = b""

    def read(self, size: int = -1, /) -> bytes:
        while size < 0 or len(self._left) < size:
            more = next(self._chunks, None)
            if more is None:
                break
            self._left += more
        piece, self._left = (self._left, b"") if size < 0 else (self._left[:size], self._left[size:])
        return piece
