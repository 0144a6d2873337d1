"""Addresses of moving in. They carry ids only."""

from __future__ import annotations

from django.urls import path

from keepwell.patients.movein import views

urlpatterns = [
    path("import/patients/", views.lists, name="movein-lists"),
    path("import/patients/<uuid:run>/", views.run, name="movein"),
    path("import/patients/<uuid:run>/columns/", views.match, name="movein-match"),
    path("import/patients/<uuid:run>/choices/", views.choose, name="movein-choose"),
    path("import/patients/<uuid:run>/rejects/", views.rejects, name="movein-rejects"),
    *(
        path(f"import/patients/<uuid:run>/{what}/", views.do, {"what": what}, name=f"movein-{what}")
        for what in views.DOING
    ),
]
