"""Writing down a signed authorization, and what happens to it afterwards."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.access import authorizations, signatures, texts
from keepwell.access.authorizations import Signed
from keepwell.access.models import Authorization, How, Practice
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.access.words import ABOUT_PATIENTS, CLASSES
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.consents import picture, signing
from keepwell.patients.consents.forms import TAKEN
from keepwell.patients.consents.showing import language_of
from keepwell.patients.excerpts import Header
from keepwell.patients.forms import Asking, text
from keepwell.patients.views import actor_of
from keepwell.patients.views_restrictions import header_of, speaks_with
from keepwell.vault.phi import PhiClass

LONGEST = 300
SIGNED = (How.TYPED, How.DRAWN, How.PAPER)


class SignedForm(Asking):
    """The core elements of an authorization (45 CFR § 164.508(c)(1)); what is missing is named when it is saved."""

    kind = forms.ChoiceField(label=_("What it is for"))
    ours = forms.ChoiceField(
        label=_("Which form was signed"),
        choices=[("yes", _("Ours, with its words")), ("no", _("Another form, on paper"))],
    )
    discloser = text(_("Who discloses"), most=LONGEST)
    recipient = text(_("To whom"), most=LONGEST)
    classes = forms.MultipleChoiceField(
        label=_("Which records"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(c.value, capfirst(CLASSES[c])) for c in ABOUT_PATIENTS],
    )  # fmt: skip
    what = text(_("Which information, in words"), most=LONGEST, hint=_("Specific: which notes, which years."))
    purpose = text(_("What for"), most=LONGEST)
    own_request = forms.BooleanField(label=_("At the patient's own request"), required=False)
    expires_on = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    event = text(_("Or until what happens"), most=LONGEST)
    tpo = forms.BooleanField(
        label=_("Part 2: for all future treatment, payment and operations"), required=False,
        help_text=_("Then it needs no end (42 CFR § 2.31(a)(5))."),
    )  # fmt: skip
    how = forms.ChoiceField(label=_("How it was signed"), choices=[(h, TAKEN[h]) for h in SIGNED])
    signature = text(_("Their name, typed by them"), most=LONGEST)
    drawing = forms.CharField(label=_("Signature"), required=False)
    signed_on = forms.DateField(
        label=_("Signed on"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Today, if you leave it empty."),
    )  # fmt: skip
    signer = text(_("Who signed, if not the patient"), most=LONGEST)
    authority = text(_("By what right"), most=LONGEST, hint=_("Parent, guardian, health care agent …"))
    also = forms.MultipleChoiceField(
        label=_("The same form also covers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    statements = forms.BooleanField(
        label=_("It says how to take it back, that care does not depend on it, and that others may share it again"),
        required=False,
    )
    conditioned = forms.BooleanField(label=_("Care was made to depend on signing"), required=False)
    paid = forms.BooleanField(label=_("Marketing: somebody pays us for it"), required=False)
    says_paid = forms.BooleanField(label=_("The form says that we are paid"), required=False)

    def __init__(self, *args: Any, part2: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hidden = frozenset() if part2 else authorizations.PART2_KINDS
        kinds = [(kind.value, words) for kind, words in signing.KINDS.items() if kind not in hidden]
        for name in ("kind", "also"):
            self.fields[name].choices = kinds  # type: ignore[attr-defined]

    def signed(self, language: str) -> Signed:
        """What was signed, for the action. Raises Refusal CONSENT_TEXT_MISSING, SIGNATURE_BLANK …"""
        said = dict(self.cleaned_data)
        ours, day = said.pop("ours") == "yes", said.pop("signed_on")
        signature = self._signature(said.pop("signature"), said.pop("drawing"))
        also = frozenset(said.pop("also")) - {said["kind"]}
        classes = frozenset(PhiClass(c) for c in said.pop("classes"))
        return Signed(
            **said,
            classes=classes,
            also=also,
            signature=signature,
            text=texts.required(said["kind"], language) if ours else None,
            at=dt.datetime.combine(day, dt.time(12), dt.UTC) if day and day < dt.datetime.now(dt.UTC).date() else None,
        )

    def _signature(self, typed: str, drawing: str) -> dict[str, Any]:
        """Of what was typed and drawn only that which was chosen. Raises Refusal SIGNATURE_BLANK …"""
        if self.cleaned_data["how"] == How.DRAWN:
            return {"strokes": signatures.drawn(drawing)}
        return {"signature": typed} if typed else {}


@require_http_methods(["GET", "POST"])
@page(Can.RECORD_CONSENTS, purpose=Purpose.HOPERAT)
def sign(request: HttpRequest, patient: UUID) -> HttpResponse:
    """A new authorization. It is whole or it is not written down, and the form says what is missing."""
    by = actor_of(request)
    speaks_with(patient, by)
    chart = header_of(patient, by)
    start = {"discloser": Practice.objects.values_list("name", flat=True).get(id=by.practice), "classes": ["clinical"]}
    form = SignedForm(request.POST or None, initial=start, part2=signing.sees_part2(patient, by))
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            authorizations.sign(patient, form.signed(language_of(patient, by)), by=by)
            return HttpResponseRedirect(f"{reverse('consents', args=[patient])}#authorizations")
        except Refusal as refusal:
            form.refuse(refusal)
            status = refusal.status
    words = picture.scripts([kind for kind, _words in form.fields["kind"].choices], language_of(patient, by))  # type: ignore[attr-defined]
    shown = {
        "patient": patient,
        "header": chart.one(Header) if chart else None,
        "form": form,
        "words": words,
        "class_choices": [(value, label, "") for value, label in form.fields["classes"].choices],  # type: ignore[attr-defined]
        "also_choices": [(value, label, "") for value, label in form.fields["also"].choices],  # type: ignore[attr-defined]
    }
    return render(request, "patients/consents/sign.html", shown, status=status)


@require_POST
@page(Can.RECORD_CONSENTS, purpose=Purpose.HOPERAT)
def act(request: HttpRequest, patient: UUID, signed: UUID, what: str) -> HttpResponse:
    """The patient got a copy, took it back, its event happened, or it turned out false."""
    by, known_acts = actor_of(request), signing.ACTS
    speaks_with(patient, by)
    found: Authorization | None = next((row for row in authorizations.of(patient) if row.id == signed), None)
    hidden = found is not None and found.kind in authorizations.PART2_KINDS and not signing.sees_part2(patient, by)
    if found is None or hidden or what not in known_acts:
        raise Refusal("NOT_FOUND")
    known_acts[what][1](found, by=by)
    return HttpResponseRedirect(f"{reverse('consents', args=[patient])}#authorizations")
