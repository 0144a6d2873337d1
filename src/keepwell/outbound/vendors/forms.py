"""What the pages of vendors ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access.forms_roles import Refusable
from keepwell.access.words import ABOUT_PATIENTS, CLASSES
from keepwell.base.refusal import Refusal
from keepwell.outbound.vendors.words import (
    ANSWERS,
    ASSURANCES,
    DECISIONS,
    EXITS,
    GROUNDS,
    KINDS,
    SAFEGUARDS,
    SIGNS,
)
from keepwell.vault.uploads import SealedUpload

PATIENT_DATA = [(phi.value, CLASSES[phi]) for phi in ABOUT_PATIENTS]


def day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A day, in the browser's own picker."""
    picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, help_text=help_text, widget=picker)


def words(label: Any, *, required: bool = False, help_text: Any = "", rows: int = 2) -> forms.CharField:
    """Some sentences."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, help_text=help_text, max_length=2000, widget=area)


class Filed(Refusable):
    """A form that can bring a file."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("PDF, PNG or JPEG up to 20 MB. It is sealed before it touches a disk."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )

    def sent(self) -> tuple[str, bytes] | None:
        """The file's own name and content. Raises Refusal FILES_MISSING when it came some other way."""
        upload = self.files.get("file")
        if upload is None:
            return None
        if not isinstance(upload, SealedUpload):
            raise Refusal("FILES_MISSING", field="file")
        with upload:
            return upload.name or "", b"".join(upload.chunks())


class VendorForm(Refusable):
    """A vendor, and whom to call there."""

    name = forms.CharField(label=_("Name"), max_length=120)
    contact = words(
        _("Whom to call"), help_text=_("Name, phone and e-mail, for an ordinary day and for the night of a breach.")
    )
    signs = forms.ChoiceField(label=_("Do they sign an agreement?"), choices=list(SIGNS.items()))
    notes = words(_("Notes"))


class AboutForm(VendorForm):
    """What is noted of a vendor that is in the register already."""

    name = None  # type: ignore[assignment]


class OwnRoomsForm(Refusable):
    """Our own machine in our own rooms, and who looked at them."""

    name = forms.CharField(label=_("Where it stands"), max_length=120, help_text=_('As people call it: "Back office".'))
    looked_on = day(_("Somebody looked at the rooms on"))
    access = forms.BooleanField(label=_("Who gets into the room is settled, and it is locked."))
    environment = forms.BooleanField(label=_("Fire, water, power and climate are seen to."))
    surveillance = forms.BooleanField(label=_("A camera or an alarm would tell of somebody who should not be there."))
    says = words(_("What was found"), required=True)
    field_order = ("name", "looked_on", "access", "environment", "surveillance", "says")


class ServiceForm(Refusable):
    """One thing a vendor does."""

    kind = forms.ChoiceField(label=_("What they do"), choices=list(KINDS.items()))
    name = forms.CharField(label=_("What they call it"), max_length=120)
    classes = forms.MultipleChoiceField(
        label=_("What of patients reaches them"),
        required=False,
        choices=PATIENT_DATA,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A text message alone says that its recipient is a patient."),
    )
    keeps = forms.BooleanField(
        label=_("They keep some of it, if only for a while or encrypted."), required=False, initial=True
    )


class DecisionForm(Refusable):
    """What a service is in law, and why."""

    decision = forms.ChoiceField(label=_("They are"), choices=list(DECISIONS.items()))
    ground = forms.ChoiceField(label=_("Because"), choices=list(GROUNDS.items()))
    reason = words(_("In our own words"))


class AgreementForm(Refusable):
    """What was agreed, and over which services."""

    covers = forms.MultipleChoiceField(label=_("It covers"), widget=forms.CheckboxSelectMultiple)
    starts_on = day(_("From"))
    ends_on = day(_("Until"), required=False)
    with_service = forms.BooleanField(label=_("It runs as long as the service contract."), required=False)
    renews_itself = forms.BooleanField(label=_("It renews itself if nobody ends it."), required=False)
    report_days = forms.IntegerField(
        label=_("Days until they report a breach"),
        min_value=0,
        initial=3,
        help_text=_("Three is good. More than ten has to be accepted by the privacy officer; the law ends at 60."),
    )

    def __init__(self, *args: Any, services: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["covers"].choices = list(services)  # type: ignore[attr-defined]


class SignForm(Filed):
    """Who signed, when, and the signed file."""

    ours = day(_("We signed on"), required=False)
    theirs = day(_("They signed on"), required=False)
    signers = forms.CharField(label=_("Who signed"), max_length=200, required=False)
    field_order = ("ours", "theirs", "signers", "file")


class RenewForm(Refusable):
    """Until when an agreement goes on."""

    ends_on = day(_("Goes on until"))


class BreachForm(Refusable):
    """What a vendor broke, and until when it has to be mended."""

    breach = words(_("What they broke"), required=True)
    breached_on = day(_("Found on"))
    cure_by = day(_("To be mended by"))


class KeepForm(Refusable):
    """Why an agreement goes on although nothing was mended."""

    because = words(_("Why ending it is not feasible"), required=True)


class TerminateForm(Refusable):
    """The last day."""

    on = day(_("Last day"))


class ExitForm(Filed):
    """What became of the data."""

    exit = forms.ChoiceField(label=_("What became of our data"), choices=list(EXITS.items()))
    words = words(_("In our own words"), help_text=_("What was returned or destroyed, how, and who says so."))
    field_order = ("exit", "words", "file")


class AssuranceForm(Filed):
    """What somebody attests, and until when."""

    kind = forms.ChoiceField(label=_("What it is"), choices=list(ASSURANCES.items()))
    covers = forms.MultipleChoiceField(
        label=_("It speaks of the rooms"),
        required=False,
        choices=list(SAFEGUARDS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    issued_on = day(_("Issued on"))
    ends_on = day(_("Counts until"))
    says = words(_("What it says"), help_text=_("The section, the auditor, what was found."))
    field_order = ("kind", "covers", "issued_on", "ends_on", "says", "file")


class SubcontractorForm(Refusable):
    """Whom a vendor gives our data in turn."""

    name = forms.CharField(label=_("Name"), max_length=120)
    place = forms.CharField(label=_("Where the data lies"), max_length=80)
    does = words(_("What they do"))
    agreed_on = day(
        _("Their agreement is of"), required=False, help_text=_("Empty: there is none, and the vendor cannot be used.")
    )


class AnswerForm(Filed):
    """A vendor's answer to one question."""

    said = forms.ChoiceField(label=_("Answer"), choices=list(ANSWERS.items()))
    evidence = words(_("What proves it"), rows=1)
    field_order = ("said", "evidence", "file")
