"""Addresses of the import."""

from __future__ import annotations

from django.urls import path

from keepwell.fhir import views

urlpatterns = [
    path("import/", views.upload, name="import"),
    path("import/<uuid:run>/", views.run, name="import-run"),
]
