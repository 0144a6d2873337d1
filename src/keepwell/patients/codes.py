"""The closed lists a patient's facts are chosen from, with the words people see."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from keepwell.base.places import STATES as STATES
from keepwell.base.places import US_TIME_ZONES as US_TIME_ZONES

# FHIR R4 administrative-gender.
GENDERS = {"female": _("Female"), "male": _("Male"), "other": _("Other"), "unknown": _("Unknown")}

# US Core birth sex.
BIRTH_SEXES = {"F": _("Female"), "M": _("Male"), "UNK": _("Unknown"), "ASKU": _("Asked, not told"), "OTH": _("Other")}

# BCP 47; the languages most spoken in US homes, plus American Sign Language.
LANGUAGES = {
    "en": "English", "es": "Español", "zh": "中文", "tl": "Tagalog", "vi": "Tiếng Việt", "ar": "العربية",
    "fr": "Français", "ko": "한국어", "ru": "Русский", "de": "Deutsch", "hi": "हिन्दी", "ht": "Kreyòl ayisyen",
    "pt": "Português", "it": "Italiano", "pl": "Polski", "ur": "اردو", "fa": "فارسی", "ja": "日本語",
    "gu": "ગુજરાતી", "bn": "বাংলা", "pa": "ਪੰਜਾਬੀ", "so": "Soomaali", "am": "አማርኛ", "uk": "Українська",
    "nv": "Diné bizaad", "hmn": "Hmoob", "km": "ខ្មែរ", "ase": "American Sign Language",
}  # fmt: skip

TIME_ZONES = frozenset(available_timezones())

# HL7 v3 RoleCode, personal relationships, in the words people use.
RELATIONSHIPS = {
    "mother": _("Mother"), "father": _("Father"), "parent": _("Parent"), "guardian": _("Guardian"),
    "spouse": _("Spouse"), "partner": _("Partner"), "child": _("Child"), "sibling": _("Sibling"),
    "relative": _("Other relative"), "friend": _("Friend"), "caregiver": _("Caregiver"), "other": _("Other"),
}  # fmt: skip
PARENTS = frozenset({"mother", "father", "parent", "guardian"})

# FHIR R4 subscriber-relationship.
POLICY_HOLDERS = {
    "self": _("The patient"), "spouse": _("Spouse"), "parent": _("Parent"), "child": _("Child"), "common": _("Partner"),
    "other": _("Other"),
}  # fmt: skip

# FHIR R4 contact-point-use and address-use.
USES = {"mobile": _("Mobile"), "home": _("Home"), "work": _("Work"), "temp": _("For now"), "billing": _("Bills")}
