from __future__ import annotations

from django.urls import include, path

from keepwell.outbound.vendors import views_calls

urlpatterns = [
    path("calls/", views_calls.calls, name="call-list"),
    path("vendors/", include("keepwell.outbound.vendors.urls")),
    path("", include("keepwell.outbound.urls_sending")),
]
