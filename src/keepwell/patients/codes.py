"""The closed lists a patient's facts are chosen from, with the words people see."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from keepwell.base.places import STATES as STATES
from keepwell.base.places import US_TIME_ZONES as US_TIME_ZONES
from keepwell.vault.phi import PhiClass

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

# How much a related person may be told, each more than the one before it (45 CFR § 164.510(b)).
TELL = {
    "nothing": _("Nothing"), "appointments": _("When and where visits are"), "billing": _("Visits and bills"),
    "everything": _("Everything about their care"),
}  # fmt: skip
TOLD = {
    "appointments": _("visits: when and where"), "billing": _("bills and insurance"), "results": _("test results"),
    "medications": _("medications"), "care": _("the care plan"), "nothing": _("nothing: took a message only"),
}  # fmt: skip
MAY_TELL = {
    "": frozenset({"nothing"}), "nothing": frozenset({"nothing"}),
    "appointments": frozenset({"nothing", "appointments"}),
    "billing": frozenset({"nothing", "appointments", "billing"}), "everything": frozenset(TOLD),
}  # fmt: skip
TELLS = {
    "nothing": frozenset(), "appointments": frozenset({PhiClass.IDENTITY, PhiClass.CONTACT}),
    "billing": frozenset({PhiClass.COVERAGE}), "results": frozenset({PhiClass.CLINICAL}),
    "medications": frozenset({PhiClass.CLINICAL}), "care": frozenset({PhiClass.CLINICAL}),
}  # fmt: skip
"""What of a record is in what somebody was told."""

VOICEMAIL = {
    "none": _("Leave no message"), "callback": _("Only a name and a number to call back"),
    "detail": _("Messages may say what it is about"),
}  # fmt: skip
NOT_SAID = "callback"

IDENTIFIERS = {
    "birth_date": _("Birth date"), "address": _("Street or ZIP code"), "phone": _("A phone number on file"),
    "email": _("E-mail on file"), "record_number": _("Record number"), "member_number": _("Insurance number"),
    "safe_word": _("Their word for the phone"),
}  # fmt: skip

# What the front desk has to know at once, without a clinical word. True: a language or a name belongs to it.
HANDLING = {
    "nurse": (_("put straight through to a nurse"), "phone-forwarded", False),
    "provider": (_("put straight through to"), "phone-forwarded", True),
    "interpreter": (_("interpreter"), "languages", True),
    "relay": (_("hearing: relay call"), "ear", False),
    "signs": (_("signs: book a sign language interpreter"), "hand", False),
    "slowly": (_("speak slowly, repeat what was agreed"), "message-circle-more", False),
    "vision": (_("large print or read aloud"), "eye", False),
    "step_free": (_("needs step-free access"), "accessibility", False),
    "companion": (_("comes with"), "user-round", True),
    "pair": (_("two colleagues for visits in person"), "users-round", False),
    "call_work": (_("call at work only"), "briefcase", False),
    "mornings": (_("call in the mornings"), "sunrise", False),
}  # fmt: skip
