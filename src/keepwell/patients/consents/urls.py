"""Addresses of the consent pages. They carry ids only."""

from __future__ import annotations

from django.urls import path

from keepwell.patients.consents import views, views_paper, views_signed, views_signing, views_texts

urlpatterns = [
    path("paper-consents/", views_paper.papers, name="paper-consents"),
    path("paper-consents/<uuid:load>/", views_paper.papers_list, name="paper-consents-list"),
    path("paper-consents/<uuid:load>/rejects/", views_paper.rejects, name="paper-consents-rejects"),
    path("paper-consents/<uuid:load>/<slug:what>/", views_paper.act, name="paper-consents-act"),
    path("patients/<uuid:patient>/consents/", views.consents, name="consents"),
    path("patients/<uuid:patient>/consents/ask/", views.ask, name="consents-ask"),
    path("patients/<uuid:patient>/consents/say/", views.say, name="consent-say"),
    path("patients/<uuid:patient>/consents/tick/", views.tick, name="consent-tick"),
    path("patients/<uuid:patient>/consents/<uuid:consent>/", views_signed.consent, name="consent"),
    path("patients/<uuid:patient>/consents/<uuid:consent>/take-back/", views.take_back, name="consent-take-back"),
    path("patients/<uuid:patient>/texts/restart/", views_texts.restart, name="texts-restart"),
    path("patients/<uuid:patient>/reach-only/", views.reach_only, name="reach-only"),
    path("patients/<uuid:patient>/reach-only/<uuid:asked>/end/", views.reach_as_before, name="reach-as-before"),
    path("patients/<uuid:patient>/authorizations/sign/", views_signing.sign, name="authorization-sign"),
    path("patients/<uuid:patient>/authorizations/<uuid:signed>/", views_signed.authorization, name="authorization"),
    path(
        "patients/<uuid:patient>/authorizations/<uuid:signed>/<slug:what>/",
        views_signing.act,
        name="authorization-act",
    ),
]
