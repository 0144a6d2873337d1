"""Addresses of a day's work: where patients are, who comes, what it came to."""

from __future__ import annotations

from django.urls import path

from keepwell.scheduling import views_day, views_location, views_numbers

urlpatterns = [
    path("schedule/numbers/", views_numbers.shown, name="numbers"),
    path("schedule/numbers/file/", views_numbers.download, name="numbers-file"),
    path("schedule/sheet/", views_day.day, name="day-sheet"),
    path("schedule/sheet/paper/", views_day.paper, name="day-sheet-paper"),
    path("schedule/appointments/<uuid:appointment>/location/", views_location.location, name="visit-location"),
    path("schedule/locations/<uuid:at>/go-on/", views_location.go_on, name="visit-go-on"),
]
