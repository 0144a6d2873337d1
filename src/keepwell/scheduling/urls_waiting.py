"""Addresses of requests, the waitlist and the change policy. They carry ids only."""

from __future__ import annotations

from django.urls import path

from keepwell.scheduling import views_leaving, views_policies, views_reminders, views_requests, views_waiting

urlpatterns = [
    path("schedule/waitlist/", views_waiting.waitlist, name="waitlist"),
    path("schedule/waitlist/add/", views_waiting.add, name="waitlist-add"),
    path("schedule/waitlist/offers/", views_waiting.offers, name="offers"),
    path("schedule/waitlist/<uuid:entry>/", views_waiting.entry, name="waitlist-entry"),
    path("schedule/waitlist/<uuid:entry>/leave/", views_waiting.leave, name="waitlist-leave"),
    path("schedule/freed/<uuid:freed>/offer/", views_waiting.offer, name="freed-offer"),
    path("schedule/freed/<uuid:freed>/leaves/", views_leaving.of_offer, name="freed-leaves"),
    path("schedule/patients/<uuid:patient>/leaves/<slug:occasion>/", views_leaving.of_visit, name="visit-leaves"),
    path("schedule/freed/<uuid:freed>/keep/", views_waiting.keep, name="freed-keep"),
    path("schedule/offers/<uuid:offer>/accept/", views_waiting.accept, name="offer-accept"),
    path("schedule/offers/<uuid:offer>/decline/", views_waiting.decline, name="offer-decline"),
    path("schedule/offers/<uuid:offer>/unanswered/", views_waiting.unanswered, name="offer-unanswered"),
    path("schedule/requests/", views_requests.requests, name="requests"),
    path("schedule/requests/add/", views_requests.add, name="request-add"),
    path("schedule/requests/<uuid:request_id>/", views_requests.one, name="request"),
    *(
        path(f"schedule/requests/<uuid:request_id>/{name}/", view, name=f"request-{name}")
        for name, view in views_requests.DOING.items()
    ),
    path("settings/scheduling/changes/", views_policies.policy, name="change-policy"),
    path("settings/scheduling/reminders/", views_reminders.rules, name="reminders"),
    path("settings/scheduling/reminders/<uuid:rule>/", views_reminders.rule, name="reminder"),
    path("settings/scheduling/reminders/<uuid:rule>/end/", views_reminders.end, name="reminder-end"),
    path("schedule/visits/<uuid:visit>/messages/", views_reminders.messages, name="appointment-messages"),
    path("schedule/patients/<uuid:patient>/missed/", views_policies.lapses, name="lapses"),
    path("schedule/missed/<uuid:lapse>/waive/", views_policies.waive, name="lapse-waive"),
]
