"""`keepwell receive`: what a mail server or a fax server hands over is kept, once, and nothing of it is printed."""

from __future__ import annotations

import argparse
from pathlib import Path
from uuid import UUID

import pytest

from keepwell.base.refusal import Refusal
from keepwell.cli.commands import receive
from keepwell.cli.demo.post import tone
from keepwell.ledger.doorway import present
from keepwell.messaging import mail
from keepwell.messaging.models import Recording, Thread
from keepwell.messaging.tests.test_answers import message
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import adds
from keepwell.records.models import Document
from keepwell.records.tests.papers import HTML, PDF
from tests.cast import Clinic


def command(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    receive.add(parser)
    return parser.parse_args(words)


def test_a_mail_lands_in_the_inbox_and_says_nothing_on_the_way(
    willow: Clinic, ada: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    adds(willow, ada, Contact(system="email", value="ada@example.org"))
    (tmp_path / "mail.eml").write_bytes(message().as_bytes())
    for _ in range(2):
        assert receive.run(command(willow.practice.slug, "email", str(tmp_path / "mail.eml"))) == 0
    with present(willow.system):
        assert Thread.objects.get().patient_id == ada
    told = capsys.readouterr()
    for words in ("ada", "results", "there yet"):
        assert words not in (told.out + told.err).lower()


def test_a_fax_lands_in_the_tray_and_what_is_none_is_refused(willow: Clinic, tmp_path: Path):
    (tmp_path / "fax.pdf").write_bytes(PDF)
    words = (willow.practice.slug, "fax", str(tmp_path / "fax.pdf"), "--from", "+16175550100", "--id", "7")
    assert receive.run(command(*words)) == receive.run(command(*words)) == 0
    with present(willow.system):
        assert Document.objects.get().source == "fax"
    (tmp_path / "fax.pdf").write_bytes(HTML)
    with pytest.raises(Refusal) as refusal:
        receive.run(command(willow.practice.slug, "fax", str(tmp_path / "fax.pdf")))
    assert refusal.value.code == "DOCUMENT_TYPE"


def test_what_may_pass_later_stays_with_the_mail_server(
    willow: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    made = message()
    made.add_attachment(PDF, maintype="application", subtype="pdf", filename="lab.pdf")
    (tmp_path / "mail.eml").write_bytes(made.as_bytes())
    words = command(willow.practice.slug, "email", str(tmp_path / "mail.eml"))
    with monkeypatch.context() as away:
        away.setenv("KEEPWELL_CLAMAV", "unix:/nonexistent/clamd.ctl")
        assert receive.run(words) == receive.LATER
    with monkeypatch.context() as broken:
        broken.setattr(mail, "take", lambda raw, *, by: 1 / 0)
        assert receive.run(words) == receive.LATER == 75
    assert "ZeroDivisionError" in capsys.readouterr().err
    with present(willow.system):
        assert not Thread.objects.exists()
    assert receive.run(words) == 0


def test_a_practice_that_is_none_is_named(willow: Clinic, tmp_path: Path):
    (tmp_path / "mail.eml").write_bytes(message().as_bytes())
    with pytest.raises(Refusal) as refusal:
        receive.run(command("nowhere", "email", str(tmp_path / "mail.eml")))
    assert refusal.value.code == "PRACTICE_UNKNOWN"


def test_a_voicemail_lands_in_the_inbox_with_its_words(willow: Clinic, tmp_path: Path):
    (tmp_path / "call.wav").write_bytes(tone(1))
    (tmp_path / "call.txt").write_text("Please call me back.", encoding="utf-8")
    words = (willow.practice.slug, "voicemail", str(tmp_path / "call.wav"), "--from", "+16175550100", "--id", "8")
    for _ in range(2):
        assert receive.run(command(*words, "--said", str(tmp_path / "call.txt"))) == 0
    with present(willow.system):
        assert Recording.objects.get().type == "audio/wav"
        assert Thread.objects.get().channel == "voice"
    (tmp_path / "call.wav").write_bytes(PDF)
    with pytest.raises(Refusal) as refusal:
        receive.run(command(willow.practice.slug, "voicemail", str(tmp_path / "call.wav"), "--id", "9"))
    assert refusal.value.code == "RECORDING_TYPE"
