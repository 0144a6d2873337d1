"""Addresses where it is set what can be booked, when and with whom."""

from __future__ import annotations

from django.urls import path

from keepwell.scheduling import views_hours, views_licenses, views_setup

urlpatterns = [
    path("settings/scheduling/", views_setup.overview, name="schedule-setup"),
    path("settings/scheduling/services/new/", views_setup.service, name="service-new"),
    path("settings/scheduling/services/<uuid:service>/", views_setup.service, name="service"),
    path("settings/scheduling/services/<uuid:service>/end/", views_setup.end, name="service-end"),
    path("settings/scheduling/services/<uuid:service>/restore/", views_setup.restore, name="service-restore"),
    path("settings/scheduling/holidays/", views_setup.holidays, name="holidays"),
    path("settings/scheduling/days/<uuid:day>/end/", views_hours.usual_again, name="day-end"),
    path("settings/scheduling/hours/<uuid:member>/", views_hours.hours, name="hours"),
    path("settings/scheduling/hours/<uuid:member>/calendar/", views_hours.calendar, name="hours-calendar"),
    path("settings/scheduling/hours/<uuid:member>/week/", views_hours.week, name="hours-week"),
    path("settings/scheduling/hours/<uuid:member>/days/", views_hours.days, name="hours-days"),
    path("settings/scheduling/licenses/", views_licenses.matrix, name="licenses"),
    path("settings/scheduling/licenses/<uuid:member>/", views_licenses.licenses_of, name="licenses-of"),
    path("settings/scheduling/licenses/<uuid:member>/record/", views_licenses.record, name="license-record"),
    path("settings/scheduling/license/<uuid:license>/renew/", views_licenses.renew, name="license-renew"),
    path("settings/scheduling/license/<uuid:license>/withdraw/", views_licenses.withdraw, name="license-withdraw"),
]
