"""Addresses of the lock, and of devices and sessions."""

from __future__ import annotations

from django.urls import path

from keepwell.access import views_devices, views_lock, views_sessions, views_switch

urlpatterns = [
    path("session/", views_lock.state, name="session-state"),
    path("session/stay/", views_lock.stay, name="session-stay"),
    path("session/lock/", views_lock.lock, name="session-lock"),
    path("session/resume/", views_lock.resume, name="session-resume"),
    path("session/switch/", views_switch.switch, name="switch-user"),
    path("session/who/", views_switch.who, name="who-is-here"),
    path("session/who/chosen/", views_switch.choose, name="choose-person"),
    path("session/typed/", views_switch.typed, name="typed-here"),
    path("this-device/", views_devices.this_device, name="this-device"),
    path("settings/devices/", views_devices.overview, name="devices"),
    path("settings/devices/<uuid:device>/", views_devices.device, name="device"),
    path("settings/devices/<uuid:device>/approve/", views_devices.approve, name="device-approve"),
    path("settings/devices/<uuid:device>/revoke/", views_devices.revoke, name="device-revoke"),
    path("settings/sessions/<uuid:session>/<uuid:person>/end/", views_devices.end_session, name="member-session-end"),
    path("your-sign-in/end-others/", views_sessions.end_others, name="end-others"),
]
