"""Addresses of a day's work: where patients are, who comes, what it came to."""

from __future__ import annotations

from django.urls import path

from keepwell.scheduling import views_location

urlpatterns = [
    path("schedule/appointments/<uuid:appointment>/location/", views_location.location, name="visit-location"),
    path("schedule/locations/<uuid:at>/go-on/", views_location.go_on, name="visit-go-on"),
]
