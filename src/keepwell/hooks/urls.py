"""Addresses carriers call."""

from __future__ import annotations

from django.urls import path

from keepwell.hooks import views

urlpatterns = [path("hooks/<uuid:practice>/<uuid:connection>/", views.carrier, name="carrier-calls")]
