"""Checks an exported Keepwell ledger, or the proof of one entry: python3 verify.py EXPORT.zip | ENTRY.json

One file, Python 3.11 or newer, nothing else. Leaves are hashed into the Merkle tree of RFC 6962 and compared with
signed roots, entries with their leaves; signatures are Ed25519 (RFC 8032). Other practices' leaves are bare hashes:
that none of ours was left out rests on the signed statement. Exit: 0 nothing found, 1 something, 2 nothing to check.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import hashlib
import json
import os
import re
import struct
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import IO, Any
from uuid import UUID

COLUMNS = {
    "id": "uuid", "practice_id": "uuid", "at": "time", "xid": "number", "kind": "text", "verb": "text",
    "actor_id": "uuid", "role": "text", "purpose": "text", "session_id": "uuid", "request_id": "uuid",
    "classes": "texts", "excerpts": "texts", "subjects": "uuids", "listed": "flag", "outcome": "text",
    "detail": "text", "note": "bytes", "mac": "bytes",
}  # fmt: skip
READ: dict[str, Any] = {
    "uuid": lambda raw: str(UUID(bytes=raw)), "time": lambda raw: said(moment(int.from_bytes(raw, "big", signed=True))),
    "number": lambda raw: str(int.from_bytes(raw, "big")), "flag": lambda raw: raw == b"\x01",
    "bytes": lambda raw: base64.b64encode(raw).decode(), "text": bytes.decode,
}  # fmt: skip
SCHEMA, SHOWN, TO_JSON = b"\x01", 20, json.JSONEncoder(ensure_ascii=False).encode
Point = tuple[int, int, int, int]
EPOCH, TOLERANCE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.timedelta(seconds=60)

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)


def _add(a: Point, b: Point) -> Point:
    s, t = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    u, v = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = t - s, v - u, v + u, t + s
    return e * f % P, g * h % P, f * g % P, e * h % P


def _point(raw: bytes) -> Point | None:
    """The point that 32 bytes stand for (§ 5.1.3)."""
    y, sign = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT % P
    if y >= P or x * x % P != square or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


def is_signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature over the message is the key's (§ 5.1.7, without cofactors)."""
    key, s = _point(public) if len(public) == 32 else None, int.from_bytes(signature[32:], "little")
    if key is None or s >= L or len(signature) != 64:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    minus = (P - key[0], key[1], 1, P - key[3])
    base = _point((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or (0, 0, 0, 0)
    terms, total = (None, base, minus, _add(base, minus)), (0, 1, 1, 0)
    for bit in range(max(s.bit_length(), k.bit_length()) - 1, -1, -1):
        total = _add(total, total)
        term = terms[(s >> bit & 1) + 2 * (k >> bit & 1)]
        total = _add(total, term) if term else total
    invert = pow(total[2], -1, P)
    x, y = total[0] * invert % P, total[1] * invert % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def self_test() -> bool:
    """Whether this Python gets RFC 8032 § 7.1, TEST 3, right."""
    key = base64.b64decode("/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=")
    good = base64.b64decode("YpHWV97sJAJIJ+acOr4BowzlSKKEdDpEXjaA19taw6wY/5tTjRbykK5n92CYTcZZSnwV6XFu0o3AJ77O6h7ECg==")
    return is_signed_by(key, good, b"\xaf\x82") and not is_signed_by(key, good, b"\xaf\x83")


class Findings:
    """What is wrong, by code: all counted, the first few told."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.kept: list[dict[str, Any]] = []

    def add(self, code: str, **facts: Any) -> None:
        self.counts[code] += 1
        if self.counts[code] <= SHOWN:
            self.kept.append({"code": code, **facts})


def carries(note: str, public: bytes) -> bool:
    """Whether the note carries this key's good signature over its body."""
    body, _, tail = note.rpartition("\n\n")
    name = hashlib.sha256(body.split("\n")[0].encode() + b"\n\x01" + public).digest()[:4]
    found = (base64.b64decode(text.split(" ")[-1]) for text in tail.splitlines())
    return any(raw[:4] == name and is_signed_by(public, raw[4:], body.encode() + b"\n") for raw in found)


class Checkpoint:
    """A signed checkpoint: size, root, and the promise to be complete up to `settled`."""

    def __init__(self, note: str, source: str) -> None:
        shape = r"[^\n]+\n(\d+)\n([\w+/]{43}=)\ntime (\S+)\nsettled (\S+)\nhorizon \d+\ngeneration \d+\n\n"
        if not (found := re.match(shape, note)):
            raise ValueError("not a checkpoint")
        self.note, self.source, self.size = note, source, int(found[1])
        self.root, self.at = base64.b64decode(found[2]), dt.datetime.fromisoformat(found[3])
        self.settled = dt.datetime.fromisoformat(found[4])


def keys_of(notes: list[str], findings: Findings) -> list[tuple[bytes, dt.datetime]]:
    """The ledger's keys and since when: each signed by itself and by the one before it."""
    keys: list[tuple[bytes, dt.datetime]] = []
    for note in notes:
        found = re.match(r"[^\n]+\nkey ([\w+/]{43}=)\nsince (\S+)\n\n", note)
        public = base64.b64decode(found[1]) if found else b""
        if not found or not all(carries(note, key) for key in [public, *(key for key, _ in keys[-1:])]):
            findings.add("KEYS_BROKEN", key=len(keys) + 1)
            break
        keys.append((public, dt.datetime.fromisoformat(found[2])))
    return keys


def is_signed(stop: Checkpoint, keys: list[tuple[bytes, dt.datetime]], findings: Findings) -> bool:
    """Whether a known key signed this checkpoint while it was in use."""
    signer = next((n for n, (public, _) in enumerate(keys) if carries(stop.note, public)), None)
    if signer is None:
        findings.add("CHECKPOINT_UNSIGNED", size=stop.size, where=stop.source)
        return False
    ended = keys[signer + 1][1] if signer + 1 < len(keys) else stop.at
    if not keys[signer][1] - TOLERANCE <= stop.at <= ended + TOLERANCE:
        findings.add("KEY_OUT_OF_TERM", size=stop.size, where=stop.source)
    return True


def notes_of(lines: Iterable[bytes], source: str, findings: Findings) -> Iterator[str]:
    """The notes of a file of JSON lines."""
    for number, text in enumerate(lines, 1):
        try:
            yield str(json.loads(text)["note"])
        except (ValueError, KeyError, TypeError):
            findings.add("UNREADABLE", where=source, line=number)


def checkpoints_of(notes: Iterable[str], source: str, findings: Findings) -> list[Checkpoint]:
    """The checkpoints among notes, smallest first."""
    found = []
    for number, note in enumerate(notes, 1):
        try:
            found.append(Checkpoint(note, source))
        except ValueError:
            if "\nkey " not in note:
                findings.add("UNREADABLE", where=source, line=number)
    return sorted(found, key=lambda stop: stop.size)


def rows(file: IO[bytes]) -> Iterator[bytes]:
    """The rows of a COPY BINARY file, each as its bytes."""
    data, at = file.read(1 << 20), 19
    if data[:11] != b"PGCOPY\n\xff\r\n\0":
        raise ValueError("entries.copy is not COPY BINARY")
    while data[at : at + 2] != b"\xff\xff":
        end, left = at + 2, int.from_bytes(data[at : at + 2].ljust(2, b"\1"), "big")
        while left and len(data) >= end + 4:
            end, left = end + 4 + max(struct.unpack_from(">i", data, end)[0], 0), left - 1
        if left or len(data) < end + 2:
            more = file.read(1 << 20)
            if not more:
                raise ValueError("entries.copy ends in the middle")
            data, at = data[at:] + more, 0
            continue
        yield data[at:end]
        at = end


def fields(row: bytes) -> list[bytes | None]:
    """The columns of a row."""
    found, at = [], 2
    for _ in COLUMNS:
        size = struct.unpack_from(">i", row, at)[0]
        found.append(None if size < 0 else row[at + 4 : at + 4 + size])
        at += 4 + max(size, 0)
    if at != len(row):
        raise ValueError("an entry has other columns")
    return found


def moment(microseconds: int) -> dt.datetime | None:
    """A time from microseconds since 2000; None if no calendar has it."""
    try:
        return EPOCH + dt.timedelta(microseconds=microseconds)
    except OverflowError:
        return None


def said(at: dt.datetime | None) -> str:
    """A moment in UTC, to the microsecond."""
    return at.isoformat(timespec="microseconds")[:-6] + "Z" if at else "no possible time"


def elements(raw: bytes) -> Iterator[bytes]:
    at = 20
    for _ in range(struct.unpack_from(">i", raw, 12)[0] if len(raw) > 12 else 0):
        size = struct.unpack_from(">i", raw, at)[0]
        yield raw[at + 4 : at + 4 + size]
        at += 4 + size


def value(raw: bytes | None, kind: str) -> Any:
    """A column as JSON says it. A number is a string: it has 64 bits."""
    if raw is not None and kind in ("uuids", "texts"):
        return [value(element, kind[:-1]) for element in elements(raw)]
    return None if raw is None else READ[kind](raw)


def line(seq: int, row: bytes) -> bytes:
    """The readable line of an entry."""
    named = zip(fields(row), COLUMNS.items(), strict=True)
    return TO_JSON({"seq": seq, **{name: value(raw, kind) for raw, (name, kind) in named}}).encode() + b"\n"


class Tree:
    """The right edge of an RFC 6962 tree."""

    def __init__(self) -> None:
        self.size, self.edge = 0, list[bytes]()

    def append(self, leaf: bytes) -> None:
        size, self.size = self.size, self.size + 1
        while size & 1:
            leaf, size = hashlib.sha256(b"\x01" + self.edge.pop() + leaf).digest(), size >> 1
        self.edge.append(leaf)

    def root(self) -> bytes:
        root = b""
        for left in reversed(self.edge):
            root = hashlib.sha256(b"\x01" + left + root).digest() if root else left
        return root or hashlib.sha256().digest()


class Entries:
    """The entries of an export, met in order while their leaves go by."""

    def __init__(self, archive: zipfile.ZipFile, practice: str, findings: Findings) -> None:
        self.findings, self.practice = findings, UUID(practice)
        self.pairs = zip_longest(rows(archive.open("entries.copy")), archive.open("entries.jsonl"), fillvalue=b"")
        self.settled, self.seen, self.digest = EPOCH, 0, hashlib.sha256()
        self.advance()

    def advance(self) -> None:
        self.row, self.text = next(self.pairs, (b"", b""))
        found = re.match(rb'\{"seq": (\d+), ', self.text)
        self.seq = int(found[1]) if found else -1

    def meet(self, seq: int, leaf: bytes) -> None:
        """Compare the leaf that goes by with the entry that says it is this one."""
        if seq == self.seq:
            if hashlib.sha256(b"\x00" + SCHEMA + self.row).digest() != leaf:
                self.findings.add("ENTRY_ALTERED", seq=seq)
            self.look_at(seq)
            self.digest.update(self.row)
            self.seen += 1
            self.advance()

    def look_at(self, seq: int) -> None:
        born, at = struct.unpack_from(">6xQ32xq", self.row)
        when, made = moment(at), moment(((born >> 16) - 946_684_800_000) * 1000)
        if line(seq, self.row) != self.text:
            self.findings.add("TEXT_DIFFERS", seq=seq)
        if self.row[26:42] != self.practice.bytes:
            self.findings.add("OTHER_PRACTICE", seq=seq)
        if when is None or when < self.settled - TOLERANCE:
            self.findings.add("ENTRY_BACKDATED", seq=seq, at=said(when))
        if when is None or made is None or abs(when - made) > TOLERANCE:
            self.findings.add("ENTRY_CLOCK", seq=seq, at=said(when))


def check_leaves(
    entries: Entries, leaves: IO[bytes], stops: list[Checkpoint], keys: list[tuple[bytes, dt.datetime]]
) -> Tree:
    """Every leaf into the tree; every checkpoint and every entry compared as it goes by."""
    tree, findings = Tree(), entries.findings
    for stop in stops:
        while tree.size < stop.size and len(leaf := leaves.read(32)) == 32:
            entries.meet(tree.size, leaf)
            tree.append(leaf)
        if tree.size < stop.size and stop.source == "anchor":
            continue  # anchored after the export was made
        if tree.size != stop.size or tree.root() != stop.root:
            findings.add("LEDGER_REWRITTEN" if stop.source == "anchor" else "ROOT_MISMATCH", size=stop.size)
        if is_signed(stop, keys, findings):
            entries.settled = max(entries.settled, stop.settled)
    if entries.row or entries.text or leaves.read(1):
        findings.add("LEFT_OVER", seq=entries.seq)
    return tree


def check(file: IO[bytes], anchor: IO[bytes], key: str | None, findings: Findings) -> dict[str, Any]:
    """Everything; what there is to say about it."""
    archive = zipfile.ZipFile(file)
    manifest = json.loads(archive.read("manifest.json"))
    notes = list(notes_of(archive.open("keys.jsonl"), "keys", findings))
    outside = list(notes_of(anchor, "anchor", findings))
    vouched = [note for note in outside if "\nkey " in note]
    keys = keys_of(vouched if len(vouched) > len(notes) else notes, findings)
    public = base64.b64encode(keys[0][0]).decode() if keys else ""
    if (key and key != public) or (outside and vouched[: len(notes)] != notes[: len(vouched)]):
        findings.add("LEDGER_REPLACED", key=public)
    stops = checkpoints_of(notes_of(archive.open("checkpoints.jsonl"), "export", findings), "export", findings)
    anchored = checkpoints_of(outside, "anchor", findings)
    entries = Entries(archive, manifest["practice"], findings)
    both = sorted([*stops, *anchored], key=lambda stop: stop.size)
    tree = check_leaves(entries, archive.open("leaves.bin"), both, keys)
    if not stops or tree.size != manifest["size"] or stops[-1].size != manifest["size"]:
        findings.add("LEDGER_TRUNCATED", known=manifest["size"], here=tree.size)
    if entries.seen != manifest["entries"] or manifest["missing"]:
        findings.add("ENTRY_MISSING", known=manifest["entries"] + len(manifest["missing"]), here=entries.seen)
    practice, digest = manifest["practice"], entries.digest.hexdigest()
    fits = f"export\npractice {practice}\nentries {entries.seen}\nsize {tree.size}\nsha256 {digest}\n\n"
    note = archive.read("statement.txt").decode()
    if note.partition("\n")[2].partition("\u2014")[0] != fits or not any(carries(note, k) for k, _ in keys):
        findings.add("STATEMENT_DIFFERS")
    report = {"practice": practice, "entries": entries.seen, "leaves": tree.size, "root": tree.root().hex()}
    report |= {"checkpoints": len(stops), "newest": stops and said(stops[-1].at), "anchored": len(anchored)}
    return report | {"key": public, "key_given": bool(key)}


def check_entry(file: IO[bytes], anchor: IO[bytes], key: str | None, findings: Findings) -> dict[str, Any]:
    """One entry with its proof: its bytes, the way to a signed root (RFC 9162 § 2.1.3.2), the keys; what it says."""
    bundle = json.loads(file.read() if file.seek(0) == 0 else b"")
    keys, stop = keys_of(bundle["keys"], findings), Checkpoint(bundle["checkpoint"], "proof")
    row, here, last = base64.b64decode(bundle["row"]), int(bundle["seq"]), stop.size - 1
    root = leaf = hashlib.sha256(b"\x00" + SCHEMA + row).digest()
    if leaf != base64.b64decode(bundle["leaf"]):
        findings.add("ENTRY_ALTERED", seq=here)
    for beside in map(base64.b64decode, bundle["path"]):
        left = here & 1 or here == last
        root = hashlib.sha256(b"\x01" + (beside + root if left else root + beside)).digest()
        while left and here and not here & 1:
            here, last = here >> 1, last >> 1
        here, last = here >> 1, last >> 1
    if last != 0 or here != 0 or root != stop.root:
        findings.add("ROOT_MISMATCH", size=stop.size)
    is_signed(stop, keys, findings)
    anchored = list(notes_of(anchor, "anchor", findings))
    if anchored and stop.note not in anchored:
        findings.add("CHECKPOINT_UNANCHORED", size=stop.size)
    report = {"entries": 1, "leaves": stop.size, "checkpoints": 1, "newest": said(stop.at), "anchored": len(anchored)}
    public = base64.b64encode(keys[0][0]).decode() if keys else ""
    if key and key != public:
        findings.add("LEDGER_REPLACED", key=public)
    return report | {"key": public, "key_given": bool(key), "says": line(int(bundle["seq"]), row).decode().rstrip()}


def told(report: dict[str, Any]) -> Iterator[str]:
    yield from [report["says"]] if "says" in report else []
    yield "{entries} entries, {leaves} leaves, {checkpoints} signed checkpoints, the last {newest}".format(**report)
    apart = "not compared with an anchor: history that was cut off or signed again would not show (--anchor)"
    yield "compared with {anchored} anchored checkpoints".format(**report) if report["anchored"] else apart
    yield f"key {report['key']}" + ("" if report["key_given"] else ", from the export itself: compare it (--key)")
    yield from (", ".join(f"{name} {fact}" for name, fact in finding.items()) for finding in report["findings"])
    yield from (f"{count} x {code}" for code, count in report["counts"].items())
    yield "Nothing found." if report["good"] else "This ledger was changed."


def main(arguments: list[str] | None = None) -> int:
    """Check the export that a command line names."""
    parser = argparse.ArgumentParser(description="Checks an exported Keepwell ledger.")
    parser.add_argument("export", help="the zip file, or the proof of one entry")
    parser.add_argument("--key", help="the ledger's first public key (base64) as you know it from elsewhere")
    parser.add_argument("--anchor", type=Path, default=os.devnull, help="a copy of the anchor file, kept elsewhere")
    parser.add_argument("--json", action="store_true", help="say the result as JSON")
    asked, findings = parser.parse_args(arguments), Findings()
    try:
        if not self_test():
            raise ValueError("Ed25519 does not work here")
        with Path(asked.export).open("rb") as file, asked.anchor.open("rb") as anchor:
            report = (check if zipfile.is_zipfile(file) else check_entry)(file, anchor, asked.key, findings)
    except (OSError, ValueError, KeyError, struct.error, zipfile.BadZipFile) as error:
        sys.stderr.write(f"This export cannot be checked: {error}\n")
        return 2
    report.update(good=not findings.counts, counts=findings.counts, findings=findings.kept)
    sys.stdout.write(json.dumps(report, indent=2) + "\n" if asked.json else "\n".join(told(report)) + "\n")
    return 0 if report["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
