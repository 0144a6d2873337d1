"""What came in this morning: texts, a phone message, a stranger, papers to sort. Everybody in it is made up."""

from __future__ import annotations

import datetime as dt
import io
import math
import struct
import wave
from uuid import UUID

from keepwell import charts
from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.messaging import actions, canned, incoming, phoning, voicemail
from keepwell.messaging.incoming import Incoming
from keepwell.messaging.phoning import Call
from keepwell.patients.excerpts import Reach
from keepwell.records import documents
from keepwell.records.documents import Coming
from keepwell.records.models import Document
from keepwell.tasks.asks import For

MINUTES = dt.timedelta(minutes=1)
TEXTS = (
    (190, "Hi, may I come at 3 instead of 2 on Friday? School called."),
    (75, "The new tablets make me dizzy in the morning. Is that normal?"),
    (20, "Gracias por todo, la tos ya pasó."),
)
STRANGER = (45, "+16175550196", "Do you take new patients? My neighbor sent me.")
CALLED = "Out of test strips, pharmacy says it needs a new prescription. Call before noon."
REPLIES = (
    ("Opening hours", "We are open Monday to Friday, 8 AM to 6 PM.", "en"),
    ("Horario", "Abrimos de lunes a viernes, de 8 a 18 horas.", "es"),
)
SPOKEN = "Hi, this is about Thursday. Could somebody call me back about the ride home? Thank you."
FAX = """#set page(paper: "us-letter", margin: 2.5cm)
#set text(size: 12pt)
= Lakeside Imaging (made up)
#v(1em)
*Chest X-ray, two views* \\
Patient: see cover. Nobody real.
#v(1em)
*Impression:* Clear lungs. No acute finding.
"""


def came(staff: dict[Role, Membership], system: Actor, known: list[UUID]) -> None:
    """Fills the inbox and the tray of one clinic."""
    desk = Actor(staff[Role.FRONT_DESK].id, system.practice, Role.FRONT_DESK, Purpose.TREAT)
    office = Actor(system.id, system.practice, Role.SYSTEM, Purpose.HOPERAT)
    with present(office) as by:
        for (ago, words), number in zip(TEXTS, _numbers(known[:8], by), strict=False):
            incoming.receive(Incoming(Channel.SMS, number, words, at=clock.now() - ago * MINUTES), by=by)
        ago, number, words = STRANGER
        stranger = incoming.receive(Incoming(Channel.SMS, number, words, at=clock.now() - ago * MINUTES), by=by)
        documents.take_in(Coming(lambda: [paper()], Document.Source.FAX, "fax from Lakeside Imaging", number), by=by)
        for number in _numbers(known[8:9], by):
            call = voicemail.Call("demo-1", number, SPOKEN, 6, lambda: [tone(6)])
            voicemail.take(call, by=by)
    with present(desk) as by:
        actions.note(stranger, "Sounds like a new patient; asked Cleo.", by=by)
        for patient in known[3:4]:
            phoning.take(Call(CALLED, For.of(staff[Role.PRACTITIONER]), urgent=True), patient, by=by)
    with present(Actor(staff[Role.ADMINISTRATOR].id, system.practice, Role.ADMINISTRATOR, Purpose.HSYSADMIN)) as by:
        for name, said, language in REPLIES:
            canned.keep(name, said, language, by=by)


def paper() -> bytes:
    """A fax as a machine would bring it."""
    import typst

    pages: bytes = typst.compile(FAX.encode(), format="pdf")
    return pages


def tone(seconds: int) -> bytes:
    """A recording as an answering machine keeps it: 8 kHz, and a soft tone instead of a voice."""
    rate, made = 8000, io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        heard = (int(2500 * math.sin(math.tau * 330 * at / rate)) for at in range(rate * seconds))
        out.writeframes(b"".join(struct.pack("<h", each) for each in heard))
    return made.getvalue()


def _numbers(patients: list[UUID], by: Actor) -> list[str]:
    """Phone numbers of these patients, one each."""
    reach = charts.open(patients, Reach, by=by, listed=True).all(Reach) if patients else {}
    found = [next((row.value for row in rows if row.system in ("phone", "sms")), "") for rows in reach.values()]
    return [number for number in found if number]
