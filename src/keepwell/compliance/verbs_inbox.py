"""What happens in the inbox and to documents, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

INBOX = {
    "canned_reply.ended": (_("removed a ready-made reply of"), _("removed a ready-made reply")),
    "canned_reply.kept": (_("kept a ready-made reply for"), _("kept a ready-made reply")),
    "document.discarded": (_("threw away a document of"), _("threw away a document")),
    "document.filed": (_("filed a document of"), _("filed a document")),
    "document.received": (_("received a document of"), _("received a document")),
    "inbox.rules_set": (_("set the rules of the inbox for"), _("set the rules of the inbox")),
    "message.answer_sent": (_("handed over an answer to"), _("handed over an answer")),
    "message.answer_undone": (_("took back an answer to"), _("took back an answer")),
    "message.answered": (_("answered a message of"), _("answered a message")),
    "voicemail.recorded": (_("took in the recording of a voicemail of"), _("took in the recording of a voicemail")),
    "voicemail.transcribed": (_("took in the words of a voicemail of"), _("took in the words of a voicemail")),
    "message.auto_answered": (_("told the emergency numbers to"), _("told somebody the emergency numbers")),
    "message.escalated": (_("told somebody of an unread message from"), _("told somebody of an unread message")),
    "message.read": (_("saw that there is a message from"), _("saw that there is a message")),
    "message.received": (_("received a message from"), _("received a message")),
    "phone_message.taken": (_("took a phone message about"), _("took a phone message")),
    "thread.claimed": (_("took a message of"), _("took a message")),
    "thread.closed": (_("closed a message of"), _("closed a message")),
    "thread.filed": (_("filed a message to the chart of"), _("filed a message to a chart")),
    "thread.handed_over": (_("handed over a message of"), _("handed over a message")),
    "thread.matched": (_("said that a message is from"), _("said whose a message is")),
    "thread.noted": (_("noted something about a message of"), _("noted something about a message")),
    "thread.on_hold": (_("waits for an answer from"), _("waits for somebody's answer")),
    "thread.prioritized": (_("said how urgent a message is of"), _("said how urgent a message is")),
    "thread.reopened": (_("reopened a message of"), _("reopened a message")),
    "thread.unmatched": (_("said that a message is not from"), _("said that a message is not from a patient")),
}
