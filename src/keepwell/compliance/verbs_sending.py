"""What happens to messages, in words: before a name, and without one (compliance/verbs.py)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SENDING = {
    "callback.heard": (_("took in a carrier's call for"), _("took in a carrier's call")),
    "connection.ended": (_("took a carrier's connection from"), _("took away a carrier's connection")),
    "connection.made": (_("connected a carrier for"), _("connected a carrier")),
    "detail.chosen": (_("wrote down how much notices may say to"), _("wrote down how much notices may say")),
    "fax_number.confirmed": (_("confirmed a fax number for"), _("confirmed a fax number")),
    "letters.posted": (_("put in the mail letters to or about"), _("put letters in the mail")),
    "letters.printed": (_("printed letters to or about"), _("printed letters")),
    "letters.put_back": (_("put back letters to or about"), _("put back letters")),
    "letter.asked": (_("asked for a letter to or about"), _("asked for a letter")),
    "message.arrived": (_("found out that a message arrived, to"), _("found out that a message arrived")),
    "message.asked": (_("asked for a message to"), _("asked for a message")),
    "message.bounced": (_("noted that the carrier refused a message to"), _("noted that a carrier refused a message")),
    "message.discarded": (_("discarded a message to"), _("discarded a message")),
    "message.given_up": (_("gave up a planned message to"), _("gave up a planned message")),
    "message.held": (_("held back a message to"), _("held back a message")),
    "message.lost": (_("lost track of a message to"), _("lost track of a message")),
    "message.planned": (_("planned a message to"), _("planned a message")),
    "message.postponed": (_("put off a message to"), _("put off a message")),
    "message.released": (_("released a message to"), _("released a message")),
    "message.reported": (_("noted what a carrier said of a message to"), _("noted what a carrier said of a message")),
    "message.rerouted": (_("let another way take a message to"), _("let a message take another way")),
    "message.sending": (_("handed to its carrier a message to"), _("handed a message to its carrier")),
    "message.sent": (_("sent a message to"), _("sent a message")),
    "message.tried": (_("tried in vain to send a message to"), _("tried in vain to send a message")),
    "message.withdrawn": (_("withdrew a planned message to"), _("withdrew a planned message")),
    "sender.described": (_("said how the practice writes:"), _("said how the practice writes")),
    "unknown_message.asked": (_("asked for an answer to"), _("asked for a fixed answer to somebody unknown")),
    "staff_message.asked": (_("asked for a message to"), _("asked for a message to a colleague")),
    "staff_message.sending": (
        _("handed to its carrier a message to"),
        _("handed a colleague's message to its carrier"),
    ),
    "webhook.changed": (_("chose what an endpoint is told for"), _("chose what an endpoint is told")),
    "webhook.ended": (_("ended an endpoint of"), _("ended an endpoint")),
    "webhook.followed": (_("made deliveries for an endpoint of"), _("made deliveries for an endpoint")),
    "webhook.put_off": (_("put off telling an endpoint of"), _("put off telling an endpoint")),
    "webhook.registered": (_("registered an endpoint for"), _("registered an endpoint")),
    "webhook.renewed": (_("made a new key for an endpoint of"), _("made a new key for an endpoint")),
    "webhook.retried": (
        _("sent again what an endpoint did not take, of"),
        _("sent again what an endpoint did not take"),
    ),
    "webhook.sending": (_("told an event to an endpoint of"), _("told an event to an endpoint")),
    "webhook.settled": (
        _("noted what an endpoint did with an event of"),
        _("noted what an endpoint did with an event"),
    ),
}
