"""Addresses of the chart. They carry ids only."""

from __future__ import annotations

from django.urls import path

from keepwell.records import views, views_emergency

urlpatterns = [
    path("patients/<uuid:patient>/", views.chart, name="chart"),
    path("patients/<uuid:patient>/records/<uuid:resource>/", views.resource, name="resource"),
    path("patients/<uuid:patient>/emergency/", views_emergency.ask, name="emergency"),
]
