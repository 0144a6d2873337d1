"""Carriers call back here: what became of a message, and texts, faxes and voicemail that came in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from keepwell.access.actions import system_actor
from keepwell.access.pages import public
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.hooks import keeping
from keepwell.hooks.uploads import Awaited, AwaitedFile
from keepwell.ledger.doorway import collided, present
from keepwell.messaging import answering, incoming
from keepwell.messaging.incoming import Incoming
from keepwell.outbound import callbacks, receiving
from keepwell.outbound.callbacks import Call
from keepwell.records.documents import MOST


@csrf_exempt
@require_POST
@public("a carrier proves who it is by signing each call with the connection's own token")
def carrier(request: HttpRequest, practice: UUID, connection: UUID) -> HttpResponse:
    """One signed call. Nothing of it is shown, logged or answered but that it was taken."""
    with present(_keepwell(practice)) as by:
        url, awaits = callbacks.address(connection, by=by), receiving.takes_files(connection)
    handler = AwaitedFile(request, MOST)
    if awaits:
        request.upload_handlers = [handler]
    call, file, keepwell = _call(request, url), _file(request), partial(_keepwell, practice)
    if handler.over:
        raise Refusal("DOCUMENT_TOO_LARGE", field="file", limit="25 MB")
    try:
        _heard(connection, call, file, keepwell)
    except DatabaseError as error:
        if not collided(error):
            raise
        _heard(connection, call, file, keepwell)  # the same call was heard at this very moment: this one comes after it
    finally:
        if file is not None:
            file.close()
    return HttpResponse(status=204)


def _heard(connection: UUID, call: Call, file: Awaited | None, keepwell: Callable[[], Actor]) -> None:
    with present(keepwell()) as by:
        came = receiving.brought(connection, call, by=by)
        if came is None:
            _words(connection, call, by)
    if came is not None and not came.again:
        keeping.keep(came, file, keepwell)


def _keepwell(practice: UUID) -> Actor:
    return system_actor(practice, Purpose.TREAT, reason="a carrier called back")


def _call(request: HttpRequest, url: str) -> Call:
    fields = {name: str(request.POST[name]) for name in request.POST}
    signature = request.headers.get("X-Twilio-Signature") or request.headers.get("X-Phaxio-Signature") or ""
    files = {name: file.sha1 for name, file in request.FILES.items() if isinstance(file, Awaited)}
    return Call(url, fields, signature, files)


def _file(request: HttpRequest) -> Awaited | None:
    return next((file for file in request.FILES.values() if isinstance(file, Awaited)), None)


def _words(connection: UUID, call: Call, by: Actor) -> None:
    """A text for the inbox, or news of a message that left."""
    reply = callbacks.heard(connection, call, by=by)
    if reply is not None:
        words, number = incoming.texted(reply.words, pictures=reply.pictures), incoming.outside("sms", reply.reference)
        thread = incoming.receive(Incoming(Channel.SMS, reply.number, words, number), by=by)
        answering.answer_at_once(thread, reply.number, by=by)
