from __future__ import annotations

from django.urls import path

from keepwell.privacy import views

urlpatterns = [
    path("patients/<uuid:patient>/disclosures/", views.listed, name="disclosures"),
    path("patients/<uuid:patient>/disclosures/log/", views.log, name="disclosure-log"),
    path("patients/<uuid:patient>/disclosures/accounting/", views.account, name="disclosure-accounting"),
    path("patients/<uuid:patient>/disclosures/<uuid:disclosure>/withdraw/", views.withdraw, name="disclosure-withdraw"),
    path("patients/<uuid:patient>/disclosures/<uuid:disclosure>/withhold/", views.withhold, name="disclosure-withhold"),
]
