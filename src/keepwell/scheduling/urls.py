"""Addresses of the schedule. They carry ids, dates and times only."""

from __future__ import annotations

from django.urls import include, path

from keepwell.scheduling import views_booking, views_calendar, views_participants, views_patient, views_visit

urlpatterns = [
    path("", include("keepwell.scheduling.urls_setup")),
    path("", include("keepwell.scheduling.urls_day")),
    path("", include("keepwell.scheduling.urls_waiting")),
    path("", include("keepwell.scheduling.movein.urls")),
    path("schedule/", views_calendar.schedule, name="schedule"),
    path("schedule/pulse/", views_calendar.pulse, name="schedule-pulse"),
    path("schedule/book/", views_booking.book, name="book"),
    path("schedule/book/look/", views_booking.look, name="book-look"),
    path("schedule/book/release/", views_booking.release, name="book-release"),
    path("schedule/visits/<uuid:visit>/", views_visit.visit, name="appointment"),
    path("schedule/visits/<uuid:visit>/arrive/", views_visit.arrive, name="appointment-arrive"),
    path("schedule/visits/<uuid:visit>/check-in/", views_visit.check_in, name="appointment-check-in"),
    path("schedule/visits/<uuid:visit>/fulfil/", views_visit.fulfil, name="appointment-fulfil"),
    path("schedule/visits/<uuid:visit>/miss/", views_visit.miss, name="appointment-miss"),
    path("schedule/visits/<uuid:visit>/as-booked/", views_visit.as_booked, name="appointment-as-booked"),
    path("schedule/visits/<uuid:visit>/cancel/", views_visit.cancel, name="appointment-cancel"),
    path("schedule/visits/<uuid:visit>/move/", views_visit.move, name="appointment-move"),
    path("schedule/visits/<uuid:visit>/participants/", views_participants.add, name="participant-add"),
    path("schedule/participants/<uuid:participant>/end/", views_participants.remove, name="participant-remove"),
    path("schedule/groups/<uuid:slot>/", views_participants.group, name="group"),
    path("patients/<uuid:patient>/visits/", views_patient.visits, name="visits-of"),
    path("schedule/changes/<uuid:change>/undo/", views_visit.take_back, name="appointment-undo"),
]
