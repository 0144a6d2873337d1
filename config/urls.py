"""Every address, floor by floor."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from config import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("preferences/", views.preferences, name="preferences"),
    path("", include("keepwell.access.urls")),
    path("", include("keepwell.compliance.urls")),
    path("", include("keepwell.patients.urls")),
]

handler400, handler404, handler500 = views.bad_request, views.not_found, views.server_error
