"""Addresses of the chart. They carry ids only."""

from __future__ import annotations

from django.urls import path

from keepwell.records import views, views_documents, views_emergency

urlpatterns = [
    path("patients/<uuid:patient>/", views.chart, name="chart"),
    path("patients/<uuid:patient>/records/<uuid:resource>/", views.resource, name="resource"),
    path("patients/<uuid:patient>/emergency/", views_emergency.ask, name="emergency"),
    path("patients/<uuid:patient>/documents/", views_documents.of_patient, name="patient-documents"),
    path("documents/", views_documents.tray, name="documents"),
    path("documents/<uuid:document>/", views_documents.document, name="document"),
    path("documents/<uuid:document>/content/", views_documents.content, name="document-content"),
    path("documents/<uuid:document>/give/", views_documents.give, name="document-give"),
    path("documents/<uuid:document>/discard/", views_documents.discard, name="document-discard"),
]
