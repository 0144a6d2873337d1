"""What a patient list may say. The headers other systems say it under, in English and Spanish, are in headers.csv."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from keepwell.base.tables.matching import Matcher, fields_said

LABELS = {
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "middle_name": _("Middle name"),
    "full_name": _("Whole name"),
    "preferred_name": _("Preferred name"),
    "former_names": _("Former names"),
    "birth_date": _("Birth date"),
    "deceased_date": _("Date of death"),
    "birth_sex": _("Sex at birth"),
    "gender": _("Gender"),
    "pronouns": _("Pronouns"),
    "record_number": _("Record number"),
    "language": _("Language"),
    "mobile": _("Mobile phone"),
    "home_phone": _("Home phone"),
    "work_phone": _("Work phone"),
    "email": _("E-mail"),
    "line1": _("Street"),
    "line2": _("Apartment or unit"),
    "city": _("City"),
    "state": _("State"),
    "postal_code": _("ZIP code"),
    "full_address": _("Whole address"),
    "payer": _("Insurance"),
    "plan": _("Plan"),
    "member_number": _("Member number"),
    "group_number": _("Group number"),
    "holder": _("Policy holder"),
    "kin_name": _("Emergency contact"),
    "kin_relationship": _("Emergency contact is"),
    "kin_phone": _("Emergency contact's phone"),
    "guardian_name": _("Guardian"),
    "guardian_phone": _("Guardian's phone"),
    "guardian_email": _("Guardian's e-mail"),
}
NEEDED = (("family_name", "given_name", "full_name"), ("birth_date",))
"""Of each of these, at least one column."""

FIELDS = fields_said(LABELS, Path(__file__).with_name("headers.csv"))
MATCHER = Matcher(FIELDS)
