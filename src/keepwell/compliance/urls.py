from __future__ import annotations

from django.urls import path

from keepwell.compliance import views, views_find

urlpatterns = [
    path("activity/", views.log, name="activity"),
    path("activity/find/", views_find.find, name="activity-find"),
    path("activity/<uuid:entry>/", views.entry, name="activity-entry"),
    path("activity/<uuid:entry>/reason/", views.reason, name="activity-reason"),
    path("my-activity/", views.mine, name="my-activity"),
    path("my-activity/<uuid:entry>/", views.own_entry, name="my-activity-entry"),
]
