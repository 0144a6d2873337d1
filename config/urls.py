"""Every address, floor by floor."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from config import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("preferences/", views.preferences, name="preferences"),
]

handler400, handler404, handler500 = views.bad_request, views.not_found, views.server_error
