"""Addresses of scheduling."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("keepwell.scheduling.urls_setup")),
    path("", include("keepwell.scheduling.urls_day")),
]
