"""What a list of appointments may say. The headers other systems say it under are in headers.csv."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from keepwell.base.tables.matching import Matcher, fields_said

LABELS = {
    "record_number": _("Record number"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "full_name": _("Whole name"),
    "birth_date": _("Birth date"),
    "moment": _("Date and time"),
    "date": _("Date"),
    "time": _("Time"),
    "minutes": _("Minutes"),
    "zone": _("Time zone"),
    "service": _("Service"),
    "provider": _("Provider"),
    "modality": _("How"),
    "state": _("Where the patient will be"),
}
PATIENT = (("record_number",), ("family_name", "full_name"))
"""A patient is known by a record number, or else by a name and a birth date."""

FIELDS = fields_said(LABELS, Path(__file__).with_name("headers.csv"))
MATCHER = Matcher(FIELDS)
