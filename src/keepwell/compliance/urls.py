from __future__ import annotations

from django.urls import path

from keepwell.compliance import views

urlpatterns = [
    path("activity/", views.log, name="activity"),
    path("activity/<uuid:entry>/", views.entry, name="activity-entry"),
]
