from __future__ import annotations

from django.urls import path

from keepwell.operations.transparency import views

urlpatterns = [
    path("transparency/", views.shown, name="transparency"),
    path("transparency/file/", views.given, name="transparency-file"),
]
