"""Addresses of the inbox."""

from __future__ import annotations

from django.urls import path

from keepwell.messaging import views, views_new, views_recordings, views_rules

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/phone/", views_new.phone, name="phone-message"),
    path("inbox/<uuid:thread>/", views.thread, name="thread"),
    path("inbox/<uuid:thread>/claim/", views.claim, name="thread-claim"),
    path("inbox/<uuid:thread>/hand-over/", views.hand_over, name="thread-hand-over"),
    path("inbox/<uuid:thread>/priority/", views.prioritize, name="thread-priority"),
    path("inbox/<uuid:thread>/wait/", views.wait, name="thread-wait"),
    path("inbox/<uuid:thread>/close/", views.close, name="thread-close"),
    path("inbox/<uuid:thread>/reopen/", views.reopen, name="thread-reopen"),
    path("inbox/<uuid:thread>/file/", views.file_to_chart, name="thread-file"),
    path("inbox/<uuid:thread>/reply/", views.reply, name="thread-reply"),
    path("inbox/<uuid:thread>/leaves/", views.leaves, name="thread-leaves"),
    path("inbox/<uuid:thread>/undo/<uuid:post>/", views.undo, name="thread-undo"),
    path("inbox/<uuid:thread>/note/", views.note, name="thread-note"),
    path("inbox/<uuid:thread>/recording/<uuid:recording>/", views_recordings.recording, name="thread-recording"),
    path("inbox/<uuid:thread>/match/", views_new.match, name="thread-match"),
    path("inbox/<uuid:thread>/unmatch/", views.unmatch, name="thread-unmatch"),
    path("settings/inbox/", views_rules.settings, name="inbox-rules"),
    path("settings/inbox/replies/", views_rules.add, name="canned-add"),
    path("settings/inbox/replies/<uuid:reply>/end/", views_rules.end, name="canned-end"),
]
