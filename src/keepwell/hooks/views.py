"""Carriers call back here: what became of a message, and texts that came in."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from keepwell.access.actions import system_actor
from keepwell.access.pages import public
from keepwell.base.actor import Purpose
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.messaging import answering, incoming
from keepwell.messaging.incoming import Incoming
from keepwell.outbound import callbacks
from keepwell.outbound.callbacks import Call


@csrf_exempt
@require_POST
@public("a carrier proves who it is by signing each call with the connection's own token")
def carrier(request: HttpRequest, practice: UUID, connection: UUID) -> HttpResponse:
    """One signed call. Nothing of it is shown, logged or answered but that it was taken."""
    fields = {name: str(request.POST[name]) for name in request.POST}
    signature = request.headers.get("X-Twilio-Signature") or request.headers.get("X-Phaxio-Signature") or ""
    with present(system_actor(practice, Purpose.TREAT, reason="a carrier called back")) as by:
        url = callbacks.address(connection, by=by)
        reply = callbacks.heard(connection, Call(url, fields, signature), by=by)
        if reply is not None:
            outside = f"sms:{reply.reference}" if reply.reference else ""
            thread = incoming.receive(Incoming(Channel.SMS, reply.number, reply.words, outside), by=by)
            answering.answer_at_once(thread, reply.number, by=by)
    return HttpResponse(status=204)
