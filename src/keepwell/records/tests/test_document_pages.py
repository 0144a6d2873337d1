"""The tray and a patient's documents, as each role sees them."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.patients import merging
from keepwell.patients.tests.people import again, looks_after
from keepwell.records import documents
from keepwell.records.models import Document
from keepwell.records.tests.papers import HTML, PDF, png
from keepwell.records.tests.test_documents import comes, files
from keepwell.tasks.models import Task
from tests.browse import ask, text
from tests.cast import Clinic


def waiting(by: Actor) -> list[Document]:
    with present(again(by)):
        return list(Document.objects.filter(status="waiting").order_by("came_at"))


def test_an_empty_tray_teaches(rosa: Actor):
    assert "Everything is filed" in text(ask(rosa, "/documents/"))


def test_put_in_looked_at_named_and_filed(willow: Clinic, rosa: Actor, ada: UUID):
    upload: Any = {"files": [SimpleUploadedFile("ada card.png", png(), "image/png")], "photo": "1"}
    assert ask(rosa, "/documents/", upload).status_code == 302
    assert "ada card.png" in text(ask(rosa, "/documents/"))
    (row,) = waiting(rosa)
    assert (row.source, row.came_by_id) == ("photo", rosa.id)
    here = f"/documents/{row.id}/"
    assert "<img" in text(ask(rosa, here))
    said = {"kind": "insurance-card", "name": "Front", "who": "lovelace"}
    assert ask(rosa, here, {"kind": "insurance-card", "name": "Front"}).status_code == 422
    assert "Which patient?" in text(ask(rosa, here, said))
    assert ask(rosa, here, said | {"patient": str(ada)}).status_code == 302
    page = text(ask(rosa, f"/patients/{ada}/documents/"))
    assert "Front" in page
    assert waiting(rosa) == []


def test_an_empty_form_says_what_is_missing(willow: Clinic, rosa: Actor):
    answer = ask(rosa, f"/documents/{comes(willow).id}/", {})
    assert answer.status_code == 422
    assert "Say whose it is" in text(answer)


def test_one_bad_file_keeps_all_out(rosa: Actor):
    upload: Any = {"files": [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.pdf", HTML)]}
    answer = ask(rosa, "/documents/", upload)
    assert answer.status_code == 422
    assert "whatever its name says" in text(answer)
    assert waiting(rosa) == []
    assert ask(rosa, "/documents/", {"files": []}).status_code == 422


def test_the_content_comes_as_it_is_and_can_do_nothing(willow: Clinic, rosa: Actor):
    answer = ask(rosa, f"/documents/{comes(willow).id}/content/")
    assert answer.content == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"] == 'inline; filename="document.pdf"'


def test_what_a_role_may_not_read_is_a_closed_bar(willow: Clinic, rosa: Actor, imani: Actor, ada: UUID):
    lab = files(rosa, comes(willow), ada, "lab", "Blood count")
    page = text(ask(rosa, f"/patients/{ada}/documents/"))
    assert "Blood count" not in page
    assert "sealed" in page
    assert ask(rosa, f"/documents/{lab.id}/content/").status_code == 403
    looks_after(willow, imani, ada)
    assert "Blood count" in text(ask(imani, f"/patients/{ada}/documents/"))
    assert "documents/" in text(ask(imani, f"/patients/{ada}/"))


def test_given_to_somebody_it_is_a_task_and_opens_to_them(willow: Clinic, rosa: Actor, imani: Actor, ada: UUID):
    lab = files(rosa, comes(willow), ada, "lab", "Blood count")
    assert ask(rosa, f"/documents/{lab.id}/give/", {"give-goes_to": f"member:{imani.id}"}).status_code == 302
    with present(again(imani)):
        assert Task.objects.get().owner_id == imani.id
    assert ask(imani, f"/documents/{lab.id}/content/").status_code == 200


def test_thrown_away_it_is_not_there(willow: Clinic, rosa: Actor):
    row = comes(willow)
    ask(rosa, f"/documents/{row.id}/discard/", {})
    assert ask(rosa, f"/documents/{row.id}/").status_code == 404
    assert not documents.path_of(row.id).exists()


def test_of_another_practice_nothing_is_there(willow: Clinic, olu: Actor, ada: UUID):
    row = comes(willow)
    assert ask(olu, f"/documents/{row.id}/").status_code == 404
    assert ask(olu, f"/documents/{row.id}/content/").status_code == 404


@pytest.mark.attack
def test_that_there_is_a_part_2_record_is_known_to_who_reads_such_alone(
    willow: Clinic, rosa: Actor, bea: Actor, imani: Actor, ada: UUID
):
    kept = files(rosa, comes(willow), ada, "letter", "Methadone dose", part2=True)
    for stranger in (rosa, bea, imani):
        page = text(ask(stranger, f"/patients/{ada}/documents/"))
        assert "Part 2" not in page
        assert "No documents yet" in page
        assert ask(stranger, f"/documents/{kept.id}/content/").status_code == 403
    assert ask(rosa, f"/documents/{kept.id}/").status_code == 403
    looks_after(willow, imani, ada)
    page = text(ask(imani, f"/patients/{ada}/documents/"))
    assert "Methadone dose" in page
    assert "Part 2" in page
    again_ = text(ask(imani, f"/documents/{kept.id}/"))
    assert 'value="Methadone dose"' in again_
    assert re.search(r'name="part2"[^>]* checked', again_), (
        "filed elsewhere it stays under Part 2 unless somebody says no"
    )


def test_what_is_not_sorted_yet_is_read_by_who_sorts(willow: Clinic, rosa: Actor, bea: Actor):
    row = comes(willow)
    assert ask(rosa, f"/documents/{row.id}/content/").status_code == 200
    assert ask(bea, f"/documents/{row.id}/content/").status_code == 404


def test_what_a_merged_record_had_is_still_there(willow: Clinic, rosa: Actor, ada: UUID, bo: UUID):
    files(rosa, comes(willow), bo, "insurance-card", "Older card")
    with present(willow.system) as by:
        merging.merge((ada, bo), by=by)
    assert "Older card" in text(ask(rosa, f"/patients/{ada}/documents/"))
