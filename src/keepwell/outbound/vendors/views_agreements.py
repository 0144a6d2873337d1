"""Pages of agreements: recorded or drafted, checked clause by clause, signed, and how they go on and end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can, may
from keepwell.base.actor import Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.outbound.models import Agreement, Vendor, VendorService, VettingAnswer
from keepwell.outbound.vendors import agreement_actions as actions
from keepwell.outbound.vendors import draft, reading, showing, vetting
from keepwell.outbound.vendors.agreement_actions import Terms
from keepwell.outbound.vendors.clauses import clauses
from keepwell.outbound.vendors.forms import (
    AgreementForm,
    AnswerForm,
    BreachForm,
    ExitForm,
    KeepForm,
    RenewForm,
    SignForm,
    TerminateForm,
)
from keepwell.outbound.vendors.views import WORDS, actor_of, classes_of, filed, tried
from keepwell.outbound.vendors.words import EXITS, KINDS

FORMS: dict[str, Any] = {
    "sign": SignForm, "renew": RenewForm, "breach": BreachForm, "keep": KeepForm, "terminate": TerminateForm,
    "close": ExitForm,
}  # fmt: skip
"""What can be done to an agreement with a form, by the name in the address."""

PRESSED: dict[str, Callable[..., Any]] = {
    "activate": actions.activate, "accept": actions.accept_report, "review": actions.review, "cured": actions.cured,
}  # fmt: skip
"""The same, with one button."""


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def record(request: HttpRequest, vendor: UUID) -> HttpResponse:
    """An agreement somebody brings, or one drafted here from our clauses."""
    row, by = reading.vendor(vendor), actor_of(request)
    services = list(VendorService.objects.filter(vendor=row, ended_at=None).order_by("kind", "name"))
    choices = [(str(s.id), f"{KINDS[s.kind]}: {s.name}") for s in services]
    start = {"covers": [value for value, _words in choices], "starts_on": showing.today(by)}
    form = AgreementForm(request.POST if request.method == "POST" else None, initial=start, services=choices)

    def done(said: dict[str, Any]) -> HttpResponse:
        terms = Terms(*(said[n] for n in ("starts_on", "ends_on", "with_service", "renews_itself", "report_days")))
        covers = {s.id: classes_of(s) for s in services if str(s.id) in said["covers"]}
        made = actions.record(row, terms, covers, by=by, drafted="draft" in request.POST)
        return to(made)

    shown = {"vendor": row, "form": form, "services": services}
    return tried(form, done) or render(request, "vendors/record.html", shown, status=422 if form.is_bound else 200)


@require_GET
@page(Can.SEE_VENDORS, purpose=Purpose.HCOMPL)
def agreement(request: HttpRequest, agreement: UUID) -> HttpResponse:
    """One agreement: whether it counts today and what is still missing."""
    return agreement_page(request, reading.agreement(agreement))


@require_GET
@page(Can.SEE_VENDORS, purpose=Purpose.HCOMPL)
def drafted(request: HttpRequest, agreement: UUID) -> HttpResponse:
    """The draft as a PDF."""
    row = reading.agreement(agreement)
    answer = HttpResponse(draft.document(row), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{draft.name_of(row)}"'
    return answer


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def check(request: HttpRequest, agreement: UUID) -> HttpResponse:
    """Which clauses a person found, and where; one that nobody answered stays as it is."""
    row, said = reading.agreement(agreement), {}
    for code in clauses():
        found = request.POST.get(f"found-{code}")
        if found in ("yes", "no"):
            said[code] = (found == "yes", request.POST.get(f"where-{code}", "").strip()[:300])
    if said:
        actions.check_clauses(row, said, by=actor_of(request))
    return to(row, "clauses")


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def press(request: HttpRequest, agreement: UUID, act: str) -> HttpResponse:
    """One of the buttons of an agreement."""
    row = reading.agreement(agreement)
    if act not in PRESSED:
        raise Refusal("NOT_FOUND")
    try:
        PRESSED[act](row, by=actor_of(request))
    except Refusal as refusal:
        return agreement_page(request, reading.agreement(agreement), refusal)
    return to(row)


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def fill(request: HttpRequest, agreement: UUID, act: str) -> HttpResponse:
    """One of the forms of an agreement."""
    row, by = reading.agreement(agreement), actor_of(request)
    if act not in FORMS:
        raise Refusal("NOT_FOUND")
    form = FORMS[act](request.POST, request.FILES, auto_id=f"{act}_%s")

    def done(said: dict[str, Any]) -> HttpResponse:
        _fill(act, row, said, form, by)
        return to(row)

    return tried(form, done) or agreement_page(request, reading.agreement(agreement), **{act: form})


def _fill(act: str, row: Agreement, said: dict[str, Any], form: Any, by: Any) -> None:
    if act == "sign":
        actions.sign(row, said["ours"], said["theirs"], said["signers"], filed(form, row.vendor, by), by=by)
    elif act == "renew":
        actions.renew(row, said["ends_on"], by=by)
    elif act == "breach":
        actions.breached(row, said["breached_on"], said["breach"], said["cure_by"], by=by)
    elif act == "keep":
        actions.keep(row, said["because"], by=by)
    elif act == "terminate":
        actions.terminate(row, said["on"], by=by)
    else:
        actions.close(row, said["exit"], said["words"], filed(form, row.vendor, by), by=by)


@require_GET
@page(Can.SEE_VENDORS, purpose=Purpose.HCOMPL)
def questionnaire(request: HttpRequest, vendor: UUID) -> HttpResponse:
    """What we ask a vendor before it gets anything, its answers, and what they come to."""
    return questionnaire_page(request, reading.vendor(vendor))


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def answer(request: HttpRequest, vendor: UUID, question: str) -> HttpResponse:
    """The answer to one question, with what proves it."""
    row, by = reading.vendor(vendor), actor_of(request)
    form = AnswerForm(request.POST, request.FILES, auto_id=f"{question}_%s")

    def done(said: dict[str, Any]) -> HttpResponse:
        vetting.answer(row, question, said["said"], said["evidence"], filed(form, row, by), by=by)
        return HttpResponseRedirect(f"{reverse('vendor-questions', args=[row.id])}#{question}")

    return tried(form, done) or questionnaire_page(request, reading.vendor(vendor), {question: form})


def questionnaire_page(request: HttpRequest, row: Vendor, wrong: dict[str, AnswerForm] | None = None) -> HttpResponse:
    """The questions with a form for each."""
    by, bad = actor_of(request), wrong or {}
    shown = reading.of_vetting(row, by)
    forms = {q.code: bad.get(q.code) or _answer_form(q.code, shown) for q in shown["questions"]}
    around = {"forms": forms, "wrong": set(bad), "manages": may(by, Can.MANAGE_VENDORS)}
    return render(request, "vendors/questions.html", shown | around | WORDS, status=422 if bad else 200)


def _answer_form(code: str, shown: dict[str, Any]) -> AnswerForm:
    known: VettingAnswer | None = shown["answers"].get(code)
    start = {"said": known.said, "evidence": shown["evidence"].get(known.id, "")} if known else {}
    return AnswerForm(initial=start, auto_id=f"{code}_%s")


def agreement_page(request: HttpRequest, row: Agreement, refusal: Refusal | None = None, **wrong: Any) -> HttpResponse:
    """The whole page of one agreement; with a form that was wrong, or with what was refused above."""
    by = actor_of(request)
    shown = reading.of_agreement(row, by)
    signed: dict[str, Any] = {"ours": row.signed_by_us_on, "theirs": row.signed_by_them_on}
    signed["signers"] = shown["words"].signers if shown["words"] else ""
    starts = {"sign": signed, "breach": {"breached_on": shown["today"]}, "terminate": {"on": shown["today"]}}
    forms = {name: form(initial=starts.get(name), auto_id=f"{name}_%s") for name, form in FORMS.items()}
    around = {
        "manages": may(by, Can.MANAGE_VENDORS),
        "accepts": by.role is Role.PRIVACY_OFFICER,
        "long_report": row.report_days > actions.LONG_REPORT,
        "exits": EXITS,
        "refusal": refusal,
        "forms": forms | wrong,
    }
    status = refusal.status if refusal else 422 if wrong else 200
    return render(request, "vendors/agreement.html", shown | around | WORDS, status=status)


def to(row: Agreement, section: str = "") -> HttpResponse:
    """To the agreement's page."""
    return HttpResponseRedirect(reverse("agreement", args=[row.id]) + (f"#{section}" if section else ""))
