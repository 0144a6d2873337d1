from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("vendors/", include("keepwell.outbound.vendors.urls")),
    path("", include("keepwell.outbound.urls_sending")),
]
