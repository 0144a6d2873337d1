"""Addresses of the outbox, of sending by hand, and of what carries messages."""

from __future__ import annotations

from django.urls import path

from keepwell.outbound import views_carriers, views_compose, views_letters, views_outbox, views_webhooks

urlpatterns = [
    path("outbox/", views_outbox.show, name="outbox"),
    path("outbox/act/", views_outbox.act, name="outbox-act"),
    path("outbox/letters/", views_letters.letters, name="letters"),
    path("outbox/letters/<uuid:batch>/again/", views_letters.again, name="letters-again"),
    path("outbox/letters/<uuid:batch>/posted/", views_letters.posted, name="letters-posted"),
    path("outbox/<uuid:message>/", views_outbox.message, name="outbox-message"),
    path("patients/<uuid:patient>/send/", views_compose.compose, name="send"),
    path("patients/<uuid:patient>/detail/", views_compose.detail, name="send-detail"),
    path("settings/carriers/", views_carriers.carriers, name="carriers"),
    path("settings/carriers/test/", views_carriers.test, name="carrier-test"),
    path("settings/carriers/writes/", views_carriers.describe, name="sender"),
    path("settings/carriers/webhooks/", views_webhooks.webhooks, name="webhooks"),
    path("settings/carriers/webhooks/<uuid:service>/", views_webhooks.webhook, name="webhook"),
    path("settings/carriers/webhooks/<uuid:service>/register/", views_webhooks.register, name="webhook-register"),
    path("settings/carriers/webhooks/<uuid:service>/events/", views_webhooks.choose, name="webhook-choose"),
    path("settings/carriers/webhooks/<uuid:service>/key/", views_webhooks.renew, name="webhook-renew"),
    path("settings/carriers/webhooks/<uuid:service>/end/", views_webhooks.end, name="webhook-end"),
    path("settings/carriers/webhooks/<uuid:service>/again/", views_webhooks.retry, name="webhook-retry"),
    path("settings/carriers/<uuid:service>/", views_carriers.connect, name="carrier-connect"),
    path("settings/carriers/<uuid:connection>/end/", views_carriers.disconnect, name="carrier-end"),
    path("settings/wordings/", views_carriers.wordings, name="wordings"),
]
