"""Addresses of a day's work: where patients are, who comes, what it came to."""

from __future__ import annotations

from django.urls import path

from keepwell.scheduling import views_day, views_feed, views_location, views_numbers, views_to_call

urlpatterns = [
    path("schedule/feed/", views_feed.mine, name="my-feed"),
    path("schedule/feed/make/", views_feed.make, name="my-feed-make"),
    path("schedule/feed/revoke/", views_feed.revoke, name="my-feed-revoke"),
    path("feeds/<str:token>.ics", views_feed.feed, name="calendar-feed"),
    path("schedule/appointments/<uuid:appointment>/file/", views_feed.one, name="visit-file"),
    path("settings/scheduling/rules/", views_feed.rules, name="visit-rules"),
    path("schedule/to-call/", views_to_call.calls, name="to-call"),
    path("schedule/numbers/", views_numbers.shown, name="numbers"),
    path("schedule/numbers/file/", views_numbers.download, name="numbers-file"),
    path("schedule/sheet/", views_day.day, name="day-sheet"),
    path("schedule/sheet/paper/", views_day.paper, name="day-sheet-paper"),
    path("schedule/appointments/<uuid:appointment>/location/", views_location.location, name="visit-location"),
    path("schedule/appointments/<uuid:appointment>/prescribing/", views_location.prescribe, name="visit-prescribing"),
    path("schedule/locations/<uuid:at>/go-on/", views_location.go_on, name="visit-go-on"),
]
