"""Every address, floor by floor."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from config import settings_home, today, version, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.today, name="today"),
    path("settings/", settings_home.home, name="settings"),
    path("settings/version/", version.version, name="version"),
    path("preferences/", views.preferences, name="preferences"),
    path("", include("keepwell.access.urls")),
    path("", include("keepwell.access.urls_lock")),
    path("", include("keepwell.compliance.urls")),
    path("", include("keepwell.patients.urls")),
    path("", include("keepwell.tasks.urls")),
    path("", include("keepwell.hooks.urls")),
    path("", include("keepwell.outbound.urls")),
    path("", include("keepwell.scheduling.urls")),
    path("", include("keepwell.records.urls")),
    path("", include("keepwell.messaging.urls")),
    path("", include("keepwell.privacy.urls")),
    path("", include("keepwell.operations.transparency.urls")),
    path("", include("keepwell.fhir.urls")),
]

handler400, handler404, handler500 = views.bad_request, views.not_found, views.server_error
