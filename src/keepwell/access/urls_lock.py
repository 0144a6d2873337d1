"""Addresses of the lock."""

from __future__ import annotations

from django.urls import path

from keepwell.access import views_lock

urlpatterns = [
    path("session/", views_lock.state, name="session-state"),
    path("session/stay/", views_lock.stay, name="session-stay"),
    path("session/lock/", views_lock.lock, name="session-lock"),
    path("session/resume/", views_lock.resume, name="session-resume"),
]
