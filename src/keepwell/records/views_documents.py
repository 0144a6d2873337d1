"""The tray of documents that came in, taking more in, naming and filing one, and a patient's documents."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell import charts
from keepwell.access import policy
from keepwell.access.pages import page
from keepwell.access.persons import persons
from keepwell.access.policy import Can
from keepwell.base import filetypes
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.choosing import Chosen
from keepwell.patients.excerpts import NameTag
from keepwell.patients.forms import Asking, text
from keepwell.patients.merging import require_standing
from keepwell.patients.views import actor_of, chart_of
from keepwell.records import documents, sight
from keepwell.records.documents import Coming
from keepwell.records.excerpts import CALLED, Unsorted
from keepwell.records.models import Document
from keepwell.tasks.forms import ForForm
from keepwell.vault.phi import PhiClass
from keepwell.vault.uploads import SealedUpload

PAGE = 50
KINDS = {
    "photo-id": _("Photo ID"), "insurance-card": _("Insurance card"), "outside-record": _("Record from elsewhere"),
    "lab": _("Lab result"), "imaging": _("Imaging"), "letter": _("Letter"), "consent": _("Signed consent"),
    "other": _("Something else"),
}  # fmt: skip
SOURCES = {
    "fax": _("By fax"), "upload": _("Uploaded"), "photo": _("Photographed"), "email": _("By e-mail"),
}  # fmt: skip


class FileForm(Asking):
    """Whose a document is, what it is, and what it is called."""

    kind = forms.ChoiceField(label=_("What it is"), choices=list(KINDS.items()))
    name = text(
        _("What to call it"), required=True, most=documents.LONGEST_NAME, hint=_("As it will stand in the chart.")
    )
    part2 = forms.BooleanField(
        label=_("It comes from a substance use disorder program (42 CFR Part 2)"), required=False
    )


@require_http_methods(["GET", "POST"])
@page(Can.SORT_DOCUMENTS, purpose=Purpose.TREAT)
def tray(request: HttpRequest) -> HttpResponse:
    """What waits to be named and filed, longest first; more can be put in."""
    by = actor_of(request)
    refusal = None
    if request.method == "POST":
        try:
            _take_in(request, by)
            return HttpResponseRedirect(reverse("documents"))
        except Refusal as refused:
            if refused.code == "POLICY_DENY":
                raise
            refusal = refused
    rows = list(Document.objects.filter(status=Document.Status.WAITING).order_by("came_at", "id")[:PAGE])
    shown = {"rows": _called(rows, by), "sources": SOURCES, "refusal": refusal}
    return render(request, "records/tray.html", shown, status=refusal.status if refusal else 200)


def _take_in(request: HttpRequest, by: Actor) -> None:
    """All of them or, when one is refused, none: then the whole choice can be sent again."""
    uploads = [one for one in request.FILES.getlist("files") if isinstance(one, SealedUpload)]
    if not uploads:
        raise Refusal("FILES_MISSING", field="file")
    source = Document.Source.PHOTO if "photo" in request.POST else Document.Source.UPLOAD
    for upload in uploads:
        with upload:
            documents.take_in(Coming(upload.chunks, source, upload.name or ""), by=by)


def _called(rows: list[Document], by: Actor) -> list[tuple[Document, Unsorted | None]]:
    """What those that wait are called, in one opening."""
    if not rows or PhiClass.CONTACT not in policy.visible(by):
        return [(row, None) for row in rows]
    chart = charts.open([row.whose for row in rows], Unsorted, by=by, listed=True, partly=True)
    said = {one.pk: one for many in chart.all(Unsorted).values() for one in many}
    return [(row, said.get(row.id)) for row in rows]


@require_http_methods(["GET", "POST"])
@page(Can.SORT_DOCUMENTS, purpose=Purpose.TREAT)
def document(request: HttpRequest, document: UUID) -> HttpResponse:
    """One document: look at it, say whose it is and what it is, give it to somebody, or throw it away."""
    by, row = actor_of(request), _found(document)
    form = FileForm(request.POST if request.method == "POST" else None, initial=_as_filed(row, by))
    chosen = Chosen.of(request.POST, by)
    if request.method == "POST" and not chosen.looking:
        if not chosen.patient:
            form.add_error(None, _("Say whose it is: look for the patient and choose one."))
        if form.is_valid() and chosen.patient:
            said = form.cleaned_data
            filed = documents.file_to(row, chosen.patient, said["kind"], said["name"], by=by, part2=said["part2"])
            return HttpResponseRedirect(reverse("patient-documents", args=[filed.patient_id]))
    status = 200 if chosen.looking or request.method == "GET" else 422
    tag = charts.open(chosen.patient, NameTag, by=by, listed=False).one(NameTag) if chosen.patient else None
    shown = chosen.shown() | {
        "row": row, "tag": tag, "form": form, "over": ForForm(by=by, prefix="give"),
        "picture": row.type in (filetypes.PNG, filetypes.JPEG), "whole": row.type == filetypes.MAIL,
        "kinds": KINDS, "sources": SOURCES, "called": _called([row], by)[0][1] if row.patient_id is None else None,
    }  # fmt: skip
    return render(request, "records/document.html", shown, status=chosen.status if chosen.looking else status)


def _as_filed(row: Document, by: Actor) -> dict[str, object]:
    """What a filed document is, for whoever may read it: filed elsewhere, a Part 2 record stays one unless unsaid."""
    if row.patient_id is None:
        return {}
    excerpt, column = CALLED[PhiClass(row.phi)]
    found = charts.open(row.whose, excerpt, by=by, listed=False).all(excerpt, Document.objects.filter(id=row.id))
    name = next((getattr(one, column) for many in found.values() for one in many), None)
    return {"kind": row.kind, "name": name or "", "part2": row.phi == PhiClass.PART2}


@require_POST
@page(Can.SORT_DOCUMENTS, purpose=Purpose.TREAT)
def discard(request: HttpRequest, document: UUID) -> HttpResponse:
    """It is none of ours."""
    documents.discard(_found(document), by=actor_of(request))
    return HttpResponseRedirect(reverse("documents"))


@require_POST
@page(Can.SORT_DOCUMENTS, purpose=Purpose.TREAT)
def give(request: HttpRequest, document: UUID) -> HttpResponse:
    """Somebody else is to look at it: a task of theirs leads here."""
    by, row = actor_of(request), _found(document)
    form = ForForm(request.POST, by=by, prefix="give")
    if not form.is_valid():
        raise Refusal("TASK_FOR_NOBODY")
    documents.give(row, form.whom(), by=by)
    filed = row.patient_id is not None
    return HttpResponseRedirect(reverse("patient-documents", args=[row.patient_id]) if filed else reverse("documents"))


@require_GET
@page(Can.READ_DOCUMENTS, purpose=Purpose.TREAT)
def content(request: HttpRequest, document: UUID) -> HttpResponse:
    """The document itself, as it came; whatever is in it can do nothing here. Unsorted, it is the tray's alone."""
    by, row = actor_of(request), _found(document)
    if row.patient_id is None and not policy.may(by, Can.SORT_DOCUMENTS):
        raise Refusal("NOT_FOUND")
    with documents.opened(row, by) as plain:
        response = HttpResponse(plain.read(), content_type=row.type)
    how = "attachment" if "download" in request.GET or row.type not in filetypes.SHOWN else "inline"
    response.headers["Content-Disposition"] = f'{how}; filename="document.{filetypes.SUFFIX[row.type]}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@require_GET
@page(Can.READ_DOCUMENTS, purpose=Purpose.TREAT)
def of_patient(request: HttpRequest, patient: UUID) -> HttpResponse:
    """A patient's documents in all their records, newest first; what this role may not read is a closed bar.

    That there are records of a Part 2 program is itself one (42 CFR § 2.13(c)): others see no bar of them.
    """
    by = actor_of(request)
    require_standing(patient)
    records = persons([patient])[patient]
    rows = Document.objects.filter(patient_id__in=records, status=Document.Status.FILED).order_by("-came_at", "id")
    if not policy.may_know_part2(by, records):
        rows = rows.exclude(phi=PhiClass.PART2)
    found = list(rows[:PAGE])
    seen = sight.of(patient, {PhiClass.IDENTITY, *(PhiClass(row.phi) for row in found)}, by=by)
    classes = {PhiClass(row.phi) for row in found} & seen.open
    chart = charts.open(patient, NameTag, *(CALLED[phi][0] for phi in sorted(classes)), by=by, listed=False)
    names: dict[UUID, str] = {}
    for phi in classes:
        excerpt, column = CALLED[phi]
        names |= {one.pk: getattr(one, column) or "" for one in chart.all(excerpt).get(patient, ())}
    shown = {
        "patient": patient, "tag": chart.one(NameTag), "rows": [(row, names.get(row.id)) for row in found],
        "closed": seen.closed, "kinds": KINDS, "chart_href": chart_of(patient),
        "sorts": policy.may(by, Can.SORT_DOCUMENTS),
    }  # fmt: skip
    return render(request, "records/documents.html", shown)


def _found(document: UUID) -> Document:
    row = Document.objects.exclude(status=Document.Status.DISCARDED).filter(id=document).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row
