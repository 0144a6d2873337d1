"""Who worded a text is not the only one who approves it; where nobody else is there, the reason is kept."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from keepwell.access import actions, approving, drafts, texts
from keepwell.access.models import ConsentText, Membership
from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import queries
from keepwell.ledger.doorway import present
from keepwell.patients.tests.people import again
from tests.browse import ask, text
from tests.cast import Clinic


def worded(by: Actor, kind: str = "sms") -> ConsentText:
    with present(again(by)) as here:
        return drafts.begin(kind, "en", by=here)


def fresh(draft: ConsentText) -> ConsentText:
    return ConsentText.objects.get(id=draft.id)


def published(by: Actor, draft: ConsentText, **more: str) -> str:
    """The code of the refusal, or nothing."""
    with present(again(by)) as here:
        try:
            texts.publish(fresh(draft), by=here, **more)  # type: ignore[arg-type]
        except Refusal as no:
            return no.code
    return ""


def approved(by: Actor, draft: ConsentText) -> str:
    with present(again(by)) as here:
        try:
            approving.approve(fresh(draft), by=here)
        except Refusal as no:
            return no.code
    return ""


def test_a_second_person_reads_it_before_it_is_published(willow: Clinic, theo: Actor, sam: Actor):
    draft = worded(theo)
    assert published(theo, draft) == published(theo, draft, alone="sole") == "CONSENT_TEXT_UNAPPROVED"
    assert approved(theo, draft) == "CONSENT_TEXT_UNAPPROVED"
    assert approved(sam, draft) == ""
    assert verbs(willow)[-1] == "consent_text.approved"
    assert published(theo, draft) == ""
    with present(willow.system):
        row = fresh(draft)
        assert (row.worded_by, row.approved_by, row.published_by, row.alone) == (theo.id, sam.id, theo.id, "")
    assert approved(sam, draft) == "STALE_VERSION"


def test_one_person_in_two_hats_is_one(willow: Clinic, theo: Actor, sam: Actor):
    draft = worded(theo)
    with present(willow.system) as by:
        person = Membership.objects.select_related("person").get(id=theo.id).person
        hat = actions.join(person, Role.ADMINISTRATOR, by=by, name="Theo")
    other = Actor(hat.id, theo.practice, Role.ADMINISTRATOR, Purpose.HSYSADMIN)
    assert approved(other, draft) == published(other, draft) == "CONSENT_TEXT_UNAPPROVED"


def test_new_words_want_a_new_approval(willow: Clinic, theo: Actor, sam: Actor):
    draft = worded(theo)
    assert approved(sam, draft) == ""
    with present(again(theo)) as by:
        texts.edit(fresh(draft), "Texts", [("text", "And at night.")], by=by)
    assert published(theo, draft) == "CONSENT_TEXT_UNAPPROVED"
    with present(willow.system):
        assert fresh(draft).approved_by is None


def test_where_nobody_else_is_one_person_says_why(willow: Clinic, theo: Actor):
    draft = worded(theo)
    assert published(theo, draft) == published(theo, draft, alone="bored") == "CONSENT_TEXT_UNAPPROVED"
    assert published(theo, draft, alone="sole") == ""
    with present(again(theo)) as by:
        assert fresh(draft).alone == "sole"
        assert queries.cited(by.practice, "consent_text.published", "alone", "sole", by) is not None
        with pytest.raises(IntegrityError):
            ConsentText.objects.filter(id=draft.id).update(alone="")


def test_who_cannot_sign_in_is_nobody_else(willow: Clinic, theo: Actor, sam: Actor):
    from keepwell.compliance.people import dormant

    draft = worded(theo)
    with present(willow.system) as by:
        person = actions.add_person(f"{new_id().hex}@example.org", "Invited", by=by)
        actions.join(person, Role.ADMINISTRATOR, by=by, accepted=False)
        assert [each.id for each in approving.approvers(fresh(draft))] == [sam.id]
    assert published(theo, draft, alone="sole") == "CONSENT_TEXT_UNAPPROVED"
    with present(willow.system) as by:
        dormant.suspend(willow.members["sam"], by=by)
        assert approving.approvers(fresh(draft)) == []
    assert published(theo, draft, alone="sole") == ""


def test_whoever_may_approve_is_told_and_does_it_on_the_page(willow: Clinic, theo: Actor, sam: Actor, rosa: Actor):
    draft = worded(theo)
    here = f"/settings/consent-texts/{draft.id}/"
    own = text(ask(theo, here))
    assert "You worded it" in own and "Publish for good" not in own and "I read it and approve it" not in own
    assert ask(theo, "/settings/consent-texts/ask/", {}).status_code == 302
    assert "Consent texts wait for you" in text(ask(sam, "/"))
    read = text(ask(sam, here))
    assert "I read it and approve it" in read and "Save draft" not in read and "Publish for good" not in read
    assert ask(sam, f"{here}publish/", {}).status_code == ask(sam, f"{here}word/", {}).status_code == 403
    assert ask(rosa, here).status_code == 403
    refused = ask(theo, f"{here}approve/", {})
    assert refused.status_code == 403 and "CONSENT_TEXT_UNAPPROVED" in text(refused)
    assert ask(sam, f"{here}approve/", {}).status_code == 302
    assert "Approved" in text(ask(theo, "/settings/consent-texts/"))
    assert ask(theo, f"{here}publish/", {"material": "on"}).status_code == 302
    assert "approved by" in text(ask(sam, here))


def test_alone_the_page_asks_why_and_keeps_the_answer(willow: Clinic, theo: Actor):
    draft = worded(theo)
    here = f"/settings/consent-texts/{draft.id}/"
    assert "Why nobody else read it" in text(ask(theo, here))
    refused = ask(theo, f"{here}publish/", {"material": "on"})
    assert refused.status_code == 403 and "may not be the only one" in text(refused)
    assert ask(theo, f"{here}publish/", {"material": "on", "alone": "sole"}).status_code == 302
    assert "nobody else in this practice" in text(ask(theo, here))
