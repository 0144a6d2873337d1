"""Addresses of the patient pages. They carry ids only, never a name or a number."""

from __future__ import annotations

from django.urls import include, path, register_converter

from keepwell.patients import (
    views,
    views_calls,
    views_merge,
    views_reach,
    views_register,
    views_restrictions,
    views_why,
)


class KindConverter:
    """One of the kinds of fact."""

    regex = "|".join(views_reach.KINDS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(KindConverter, "kind")

urlpatterns = [
    path("", include("keepwell.patients.movein.urls")),
    path("", include("keepwell.patients.consents.urls")),
    path("patients/", views.patients, name="patients"),
    path("patients/register/", views_register.register, name="register"),
    path("patients/<uuid:patient>/about/", views.patient, name="patient"),
    path("patients/<uuid:patient>/about/edit/", views_register.edit, name="patient-edit"),
    path("patients/<uuid:patient>/about/<kind:kind>/add/", views_reach.add, name="fact-add"),
    path("patients/<uuid:patient>/about/<kind:kind>/<uuid:instead_of>/change/", views_reach.add, name="fact-change"),
    path("patients/<uuid:patient>/about/<kind:kind>/<uuid:row>/end/", views_reach.end, name="fact-end"),
    path("patients/<uuid:patient>/why/", views_why.why, name="why"),
    path("patients/<uuid:patient>/restrictions/", views_restrictions.restrictions, name="restrictions"),
    path("patients/<uuid:patient>/restrictions/agree/", views_restrictions.agree, name="restriction-agree"),
    path(
        "patients/<uuid:patient>/restrictions/<uuid:restriction>/end/",
        views_restrictions.lift,
        name="restriction-lift",
    ),
    path("patients/<uuid:patient>/call/", views_calls.call, name="call"),
    path("patients/<uuid:patient>/call/check/", views_calls.check, name="call-check"),
    path("patients/<uuid:patient>/call/rules/", views_calls.rules, name="call-rules"),
    path("patients/<uuid:patient>/handling/add/", views_calls.flag, name="handling-add"),
    path("patients/<uuid:patient>/handling/<uuid:mark>/end/", views_calls.unflag, name="handling-end"),
    path("patients/<uuid:patient>/vip/", views_restrictions.mark_vip, name="vip"),
    path("patients/<uuid:patient>/merge/", views_merge.find_other, name="merge-find"),
    path("patients/<uuid:patient>/merge/<uuid:other>/", views_merge.merge, name="merge"),
    path("patients/<uuid:patient>/unmerge/<uuid:other>/", views_merge.unmerge, name="unmerge"),
]
