"""Settings: the texts people agree to, worded, previewed and published; and the public notice of privacy practices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from keepwell.access import approving, door, drafts, texts
from keepwell.access.forms_texts import PublishForm, WordingForm
from keepwell.access.models import ConsentText, Membership, Practice, TextKind
from keepwell.access.pages import page, public
from keepwell.access.policy import Can, may
from keepwell.access.words import LANGUAGES, TEXT_KINDS
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger import queries


@require_GET
@page(Can.APPROVE_CONSENT_TEXTS, purpose=Purpose.HCOMPL)
def consent_texts(request: HttpRequest) -> HttpResponse:
    """Every kind of text in every language: what is shown now, and what is being worded."""
    rows = list(ConsentText.objects.filter(replaced_at=None).order_by("kind", "language", "-version"))
    shown = {(t.kind, t.language): t for t in rows if t.published_at}
    drafted = {(t.kind, t.language): t for t in reversed(rows) if not t.published_at}
    kinds = [(TextKind(kind), TEXT_KINDS[TextKind(kind)]) for kind in TextKind.values]
    context = {
        "kinds": kinds,
        "tongues": LANGUAGES,
        "shown": shown,
        "drafted": drafted,
        "altered": {text.id for text in shown.values() if not texts.genuine(text)},
        "compared": queries.last(_by(request).practice, "consent_texts.compared", _by(request)),
        "slug": Practice.objects.values_list("slug", flat=True).get(id=_by(request).practice),
        "manages": may(_by(request), Can.MANAGE_CONSENT_TEXTS),
        "waiting": sum(1 for text in drafted.values() if text.approved_at is None),
        "missing": len(kinds) * len(LANGUAGES) > len({(t.kind, t.language) for t in rows}),
    }
    return render(request, "access/consent_texts.html", context)


@require_POST
@page(Can.MANAGE_CONSENT_TEXTS, purpose=Purpose.HCOMPL)
def begin_texts(request: HttpRequest) -> HttpResponse:
    """Drafts of everything that has none yet, from the wordings to begin with."""
    drafts.begin_all(by=_by(request))
    return HttpResponseRedirect(reverse("consent-texts"))


@require_POST
@page(Can.MANAGE_CONSENT_TEXTS, purpose=Purpose.HCOMPL)
def begin_text(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """A draft of the next version of one text."""
    if kind not in TextKind.values or language not in texts.LANGUAGES:
        raise Refusal("NOT_FOUND")
    draft = drafts.begin(kind, language, by=_by(request))
    return HttpResponseRedirect(reverse("consent-text", args=[draft.id]))


@require_GET
@page(Can.APPROVE_CONSENT_TEXTS, purpose=Purpose.HCOMPL)
def consent_text(request: HttpRequest, text: UUID) -> HttpResponse:
    """One version: a draft to read, or a published one as everybody saw it; beside it, all its versions."""
    return _page(request, _text(text), None, None, 200)


@require_POST
@page(Can.MANAGE_CONSENT_TEXTS, purpose=Purpose.HCOMPL)
def word_text(request: HttpRequest, text: UUID) -> HttpResponse:
    """A draft is worded anew."""
    found = _text(text)
    form = WordingForm(request.POST, kind=found.kind)
    if not form.is_valid():
        return _page(request, found, form, None, 422)
    try:
        texts.edit(found, form.cleaned_data["title"].strip(), form.parts(), by=_by(request))
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, found, form, None, refusal.status)
    return HttpResponseRedirect(reverse("consent-text", args=[text]))


@require_POST
@page(Can.MANAGE_CONSENT_TEXTS, purpose=Purpose.HCOMPL)
def ask_to_approve(request: HttpRequest) -> HttpResponse:
    """Whoever may approve a draft is told that some wait."""
    approving.ask(approving.waiting(), by=_by(request))
    return HttpResponseRedirect(reverse("consent-texts"))


@require_POST
@page(Can.APPROVE_CONSENT_TEXTS, purpose=Purpose.HCOMPL)
def approve_text(request: HttpRequest, text: UUID) -> HttpResponse:
    """Somebody who did not word it read it, and says so."""
    found = _text(text)
    try:
        approving.approve(found, by=_by(request))
    except Refusal as refusal:
        return _page(request, found, None, None, refusal.status, refusal)
    return HttpResponseRedirect(reverse("consent-texts"))


@require_POST
@page(Can.MANAGE_CONSENT_TEXTS, purpose=Purpose.HCOMPL)
def publish_text(request: HttpRequest, text: UUID) -> HttpResponse:
    """From now on this is what people are shown."""
    found, form = _text(text), PublishForm(request.POST)
    if not form.is_valid():
        return _page(request, found, None, form, 422)
    chosen = form.cleaned_data
    try:
        texts.publish(
            found,
            by=_by(request),
            material=chosen["material"],
            renew_days=chosen["renew_days"],
            part2=chosen["part2"],
            alone=chosen["alone"],
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, found, None, form, refusal.status)
    return HttpResponseRedirect(reverse("consent-texts"))


@require_GET
@public("the notice of privacy practices is for anybody who asks for it (45 CFR § 164.520(c))")
def privacy_notice(request: HttpRequest, slug: str) -> HttpResponse:
    """The current notice of a practice in the reader's language, or in the one they ask for."""
    found = {notice.language: notice for notice in door.notices(slug)}
    if not found:
        raise Refusal("NOT_FOUND")
    asked = request.GET.get("in") or (get_language() or "en")[:2]
    notice = found.get(asked) or found.get("en") or next(iter(found.values()))
    others = [(language, LANGUAGES[language]) for language in found if language != notice.language]
    day = texts.day(notice.published_at, notice.time_zone)
    return render(request, "access/privacy_notice.html", {"notice": notice, "others": others, "slug": slug, "day": day})


def _page(
    request: HttpRequest,
    text: ConsentText,
    form: WordingForm | None,
    publishing: PublishForm | None,
    status: int,
    refusal: Refusal | None = None,
) -> HttpResponse:
    said = {f"part_{name}": words for name, words in text.parts} | {"title": text.title}
    known = texts.history(text.kind, text.language)
    whose = ("drafted_by", "worded_by", "approved_by", "published_by")
    people = {member for version in known for member in (getattr(version, name) for name in whose) if member}
    by = _by(request)
    start = {"material": True, "part2": True, "renew_days": drafts.renew_days(text.kind)}
    shown: dict[str, Any] = {
        "text": text,
        "kind": TEXT_KINDS[TextKind(text.kind)],
        "tongue": LANGUAGES[text.language],
        "genuine": texts.genuine(text),
        "form": form or WordingForm(initial=said, kind=text.kind),
        "publishing": publishing or PublishForm(initial=start),
        "refusal": refusal,
        "manages": may(by, Can.MANAGE_CONSENT_TEXTS),
        "own": approving.own(text, by),
        "others": approving.approvers(text) if not text.published_at else [],
        "alone": approving.ALONE,
        "is_notice": text.kind == TextKind.NOTICE,
        "history": list(known),
        "names": dict(Membership.objects.filter(id__in=people).values_list("id", "name")),
    }
    return render(request, "access/consent_text.html", shown, status=status)


def _text(text: UUID) -> ConsentText:
    found = ConsentText.objects.filter(id=text).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found


def _by(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]
