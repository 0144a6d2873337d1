"""Addresses of moving appointments in. They carry ids only."""

from __future__ import annotations

from django.urls import path

from keepwell.scheduling.movein import views

urlpatterns = [
    path("import/appointments/", views.lists, name="visit-lists"),
    path("import/appointments/<uuid:run>/", views.run, name="visit-list"),
    path("import/appointments/<uuid:run>/columns/", views.match, name="visit-list-match"),
    path("import/appointments/<uuid:run>/rejects/", views.rejects, name="visit-list-rejects"),
    *(
        path(f"import/appointments/<uuid:run>/{what}/", views.do, {"what": what}, name=f"visit-list-{what}")
        for what in views.DOING
    ),
]
