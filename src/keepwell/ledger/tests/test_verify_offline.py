"""The one-file verifier finds every change of an export, and its Ed25519 is that of RFC 8032."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from keepwell.ledger import verify_offline
from keepwell.ledger.checkpoints import Signer, sign
from keepwell.ledger.tests.archives import Members, checked, codes, exported, rewritten
from keepwell.ledger.tests.desk import SOME, Desk, copy_of_one


@pytest.mark.attack
def test_a_changed_byte_of_an_entry_is_found(archive: Path):
    def change(members: Members) -> None:
        members["entries.copy"] = members["entries.copy"].replace(b"chart.opened", b"chart.closed", 1)

    assert {"ENTRY_ALTERED", "TEXT_DIFFERS", "STATEMENT_DIFFERS"} == codes(rewritten(archive, change))


@pytest.mark.attack
def test_a_changed_readable_line_is_found(archive: Path):
    def change(members: Members) -> None:
        members["entries.jsonl"] = members["entries.jsonl"].replace(b"TREAT", b"HPAYMT", 1)

    assert {"TEXT_DIFFERS"} == codes(rewritten(archive, change))


@pytest.mark.attack
def test_an_entry_left_out_is_found_by_the_signed_statement(archive: Path):
    def change(members: Members) -> None:
        rows = list(verify_offline.rows(io.BytesIO(members["entries.copy"])))
        members["entries.copy"] = members["entries.copy"][:19] + b"".join(rows[:-1]) + b"\xff\xff"
        members["entries.jsonl"] = b"".join(members["entries.jsonl"].splitlines(keepends=True)[:-1])
        manifest = json.loads(members["manifest.json"])
        members["manifest.json"] = json.dumps(manifest | {"entries": len(rows) - 1}).encode()

    assert {"STATEMENT_DIFFERS"} == codes(rewritten(archive, change))


@pytest.mark.attack
@pytest.mark.parametrize("end", [32 * 100, -32])
def test_leaves_cut_off_are_found(archive: Path, end: int):
    def change(members: Members) -> None:
        members["leaves.bin"] = members["leaves.bin"][:end]

    assert {"ROOT_MISMATCH", "LEDGER_TRUNCATED"} <= codes(rewritten(archive, change))


@pytest.mark.attack
def test_leaves_put_in_another_order_are_found(archive: Path):
    def change(members: Members) -> None:
        leaves = members["leaves.bin"]
        members["leaves.bin"] = leaves[32:64] + leaves[:32] + leaves[64:]

    assert {"ROOT_MISMATCH", "ENTRY_ALTERED"} <= codes(rewritten(archive, change))


@pytest.mark.attack
def test_another_signature_is_found(archive: Path):
    def change(members: Members) -> None:
        notes = [json.loads(text)["note"] for text in members["checkpoints.jsonl"].splitlines()]
        stranger = Signer(notes[0].split("\n")[0], Ed25519PrivateKey.generate())
        signed = [sign(note.rpartition("\n\n")[0] + "\n", stranger) for note in notes]
        members["checkpoints.jsonl"] = b"".join(json.dumps({"note": note}).encode() + b"\n" for note in signed)

    assert {"CHECKPOINT_UNSIGNED"} == codes(rewritten(archive, change))


@pytest.mark.attack
def test_a_ledger_of_somebody_elses_is_found_by_the_key_or_the_anchor(kept: Desk, desk: Desk, tmp_path: Path):
    """A consistent forgery passes on its own, as the verifier says; what one knows from elsewhere tells."""
    desk.willow = kept.willow
    desk.write(30)
    desk.sequence()
    exported(desk, tmp_path / "forged.zip")
    assert checked(tmp_path / "forged.zip")["good"]
    key = base64.b64encode(kept.one("SELECT public FROM custody.ledger_key")).decode()
    assert codes(tmp_path / "forged.zip", "--key", key) == {"LEDGER_REPLACED"}
    assert "LEDGER_REPLACED" in codes(tmp_path / "forged.zip", "--anchor", str(kept.anchor.path))


@pytest.mark.attack
def test_history_changed_in_the_database_before_the_export_is_found(kept: Desk, tmp_path: Path):
    kept.tamper(f"UPDATE custody.entry SET verb = 'chart.never' WHERE id = {SOME}")
    exported(kept, tmp_path / "altered.zip")
    assert codes(tmp_path / "altered.zip") == {"ENTRY_ALTERED"}
    kept.tamper(f"DELETE FROM custody.entry WHERE id = {SOME}")
    assert exported(kept, tmp_path / "missing.zip").missing == [322]
    assert codes(tmp_path / "missing.zip") == {"ENTRY_MISSING"}
    kept.tamper("UPDATE custody.leaf SET leaf = sha256('x') WHERE seq = 5")
    exported(kept, tmp_path / "rewritten.zip")
    assert {"ROOT_MISMATCH", "LEDGER_REWRITTEN"} <= codes(tmp_path / "rewritten.zip", "--anchor", str(kept.anchor.path))


@pytest.mark.attack
def test_a_back_dated_entry_is_found_offline(kept: Desk, tmp_path: Path):
    long_ago = "(SELECT at - interval '2 hours' FROM custody.leaf WHERE seq = 10)"
    kept.tamper(copy_of_one(long_ago, long_ago))
    kept.sequence()
    exported(kept, tmp_path / "export.zip", every_checkpoint=True)
    assert codes(tmp_path / "export.zip") == {"ENTRY_BACKDATED"}


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"not a zip"])
def test_what_is_no_export_is_said_to_be_none(tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "x.zip").write_bytes(content)
    assert verify_offline.main([str(tmp_path / "x.zip")]) == 2
    assert "cannot be checked" in capsys.readouterr().err


def test_the_result_is_also_said_in_words(kept: Desk, archive: Path, capsys: pytest.CaptureFixture[str]):
    assert verify_offline.main([str(archive)]) == 0
    said = capsys.readouterr().out
    assert "300 entries, 600 leaves" in said
    assert "not compared with an anchor" in said
    assert said.endswith("Nothing found.\n")


# ── Ed25519 in plain Python ──────────────────────────────────────────────────────────────────────────────────────────

RFC_8032 = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
     "655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
     "b00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
     "c027beceea1ec40a"),
    ("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
     "2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17a"
     "d9bef1177331a704"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032_hold(key: str, message: str, signature: str):
    assert verify_offline.is_signed_by(bytes.fromhex(key), bytes.fromhex(signature), bytes.fromhex(message))
    assert not verify_offline.is_signed_by(bytes.fromhex(key), bytes.fromhex(signature), bytes.fromhex(message) + b"!")
    assert verify_offline.self_test()


@given(st.binary(max_size=200), st.integers(0, 511))
def test_it_agrees_with_the_library_on_good_and_spoiled_signatures(message: bytes, bit: int):
    private = Ed25519PrivateKey.generate()
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert verify_offline.is_signed_by(public, signature, message)
    spoiled = bytearray(signature)
    spoiled[bit // 8] ^= 1 << bit % 8
    assert not verify_offline.is_signed_by(public, bytes(spoiled), message)


def test_a_signature_with_a_larger_scalar_is_refused():
    """RFC 8032 § 5.1.7: S must be below L, or one signature would have many forms."""
    key, message, signature = (bytes.fromhex(part) for part in RFC_8032[2])
    scalar = int.from_bytes(signature[32:], "little") + verify_offline.L
    assert not verify_offline.is_signed_by(key, signature[:32] + scalar.to_bytes(32, "little"), message)
    assert not verify_offline.is_signed_by(b"\xff" * 32, signature, message)
    assert not verify_offline.is_signed_by(key[:31], signature, message)
