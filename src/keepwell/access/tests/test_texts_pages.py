"""The texts people agree to, as the privacy officer words and publishes them, and as anybody reads the notice."""

from __future__ import annotations

import psycopg
import pytest

from keepwell.access import drafts, notice_parts, texts
from keepwell.access.models import ConsentText, TextKind
from keepwell.access.tests.consenting import published
from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from tests.browse import ask, text
from tests.cast import Clinic

TEXTS = "/settings/consent-texts/"


def latest(clinic: Clinic, kind: str = "sms", language: str = "en") -> ConsentText:
    with present(clinic.system):
        return ConsentText.objects.filter(kind=kind, language=language).order_by("-version")[0]


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("kind", TextKind.values)
def test_there_is_a_wording_to_begin_with(language: str, kind: str):
    found = drafts.library(language)[kind]
    assert found["title"] and all(found[name].strip() for name in drafts.part_names(kind))
    if kind == TextKind.NOTICE:
        notice_parts.require_complete([(name, found[name]) for name in drafts.part_names(kind)], language, part2=True)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_wording_promises_a_link_that_no_message_has(language: str):
    for found in drafts.library(language).values():
        said = " ".join(str(value) for value in found.values()).casefold()
        assert not any(words in said for words in ("use the link", "link in every", "use el enlace", "enlace de cada"))
    assert "STOP" in drafts.library(language)["email"]["text"]


def test_the_officer_drafts_rewords_and_publishes(willow: Clinic, theo: Actor, sam: Actor):
    assert "Missing" in text(ask(theo, TEXTS))
    assert ask(theo, f"{TEXTS}begin/", {}).status_code == 302
    draft = latest(willow)
    assert "Willow" in draft.title
    page = text(ask(theo, f"{TEXTS}{draft.id}/"))
    assert draft.digest in page and "Save draft" in page
    assert ask(theo, f"{TEXTS}{draft.id}/word/", {"title": "Texts", "part_text": "One.\r\n\r\nTwo."}).status_code == 302
    assert latest(willow).digest == texts.digest("Texts", [("text", "One.\n\nTwo.")])
    empty = ask(theo, f"{TEXTS}{draft.id}/word/", {"title": "Texts", "part_text": " "})
    assert empty.status_code == 422 and "FIELD_EMPTY" in text(empty)
    assert ask(sam, f"{TEXTS}{draft.id}/approve/", {}).status_code == 302
    assert ask(theo, f"{TEXTS}{draft.id}/publish/", {"material": "on", "renew_days": "90"}).status_code == 302
    now = latest(willow)
    assert (now.renew_days, now.material, now.published_by) == (90, True, theo.id)
    assert "Save draft" not in text(ask(theo, f"{TEXTS}{now.id}/"))
    assert ask(theo, f"{TEXTS}sms/en/", {}).status_code == 302
    assert (latest(willow).version, latest(willow).digest) == (2, now.digest)
    assert "Draft 2" in text(ask(theo, TEXTS))
    assert verbs(willow).count("consent_text.published") == 1


def test_a_notice_without_a_part_stays_a_draft(willow: Clinic, theo: Actor):
    ask(theo, f"{TEXTS}notice/en/", {})
    draft = latest(willow, "notice")
    words = {f"part_{name}": said for name, said in draft.parts} | {"title": draft.title}
    ask(theo, f"{TEXTS}{draft.id}/word/", words | {"part_amend": "", "part_part2": ""})
    no = ask(theo, f"{TEXTS}{draft.id}/publish/", {})
    assert no.status_code == 422 and "have your record corrected" in text(no)
    ask(theo, f"{TEXTS}{draft.id}/word/", words | {"part_part2": ""})
    assert "NPP_PART2_MISSING" in text(ask(theo, f"{TEXTS}{draft.id}/publish/", {"part2": "on"}))
    assert ask(theo, f"{TEXTS}{draft.id}/publish/", {"alone": "sole"}).status_code == 302


def test_anybody_reads_the_notice_in_their_language(willow: Clinic, oak: Clinic, theo: Actor):
    here = f"/privacy-notice/{willow.practice.slug}/"
    assert ask(None, here).status_code == 404
    for language in texts.LANGUAGES:
        ask(theo, f"{TEXTS}notice/{language}/", {})
        ask(theo, f"{TEXTS}{latest(willow, 'notice', language).id}/publish/", {"part2": "on", "alone": "sole"})
    english, spanish = text(ask(None, here)), text(ask(None, f"{here}?in=es"))
    assert "PLEASE REVIEW IT CAREFULLY" in english and "LÉALO CON ATENCIÓN" in spanish
    assert "Notice of privacy practices of Willow" in english and "version 1 of" in english
    ask(theo, f"{TEXTS}notice/en/", {})
    assert "version 1 of" in text(ask(None, here))
    assert ask(None, f"/privacy-notice/{oak.practice.slug}/").status_code == 404


def test_the_public_notice_is_asked_for_with_a_token_of_the_house(willow: Clinic, app_sql: psycopg.Connection):
    published(willow, TextKind.SMS)
    with pytest.raises(psycopg.Error):
        app_sql.execute("SELECT * FROM custody.public_notice('x', %s)", [willow.practice.slug])


def test_only_who_may_words_texts(willow: Clinic, theo: Actor, rosa: Actor, sam: Actor):
    ask(theo, f"{TEXTS}sms/en/", {})
    draft = f"{TEXTS}{latest(willow).id}/"
    for path in (TEXTS, draft):
        assert "ACCESS_DENIED" in text(ask(rosa, path))
        assert ask(sam, path).status_code == 200, "who may approve reads them"
    for who in (rosa, sam):
        for path in (f"{TEXTS}begin/", f"{TEXTS}ask/", f"{draft}word/", f"{draft}publish/"):
            assert "ACCESS_DENIED" in text(ask(who, path, {})), path


def test_what_is_no_text_is_not_found(willow: Clinic, theo: Actor):
    for wrong in ("sms/tlh/", "love/en/"):
        assert ask(theo, TEXTS + wrong, {}).status_code == 404
