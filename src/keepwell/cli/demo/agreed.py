"""What a demo clinic's patients said yes and no to, how some want to be reached, and what the front desk knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from keepwell.access import actions as access
from keepwell.access import approving, authorizations, consenting, drafts, texting, texts
from keepwell.access.authorizations import Signed
from keepwell.access.consenting import Answer
from keepwell.access.models import Consent, ConsentText, How, Membership, TextKind
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.doorway import present
from keepwell.patients import actions, calling
from keepwell.patients.calling import Call
from keepwell.patients.models import ContactPoint, Patient
from keepwell.patients.reach import Kin
from keepwell.vault.phi import PhiClass

Kind, Source = Consent.Kind, Consent.Source
SILENT = 6
"""Every sixth patient was asked nothing yet, so that the desk has somebody to call and to ask."""

SCRIBBLE = [
    [
        90,
        250,
        130,
        120,
        170,
        90,
        185,
        150,
        150,
        260,
        205,
        205,
        240,
        190,
        235,
        240,
        280,
        195,
        300,
        235,
        340,
        190,
        355,
        240,
    ],
    [
        430,
        110,
        425,
        190,
        440,
        260,
        480,
        200,
        520,
        150,
        500,
        230,
        540,
        240,
        590,
        190,
        580,
        245,
        640,
        205,
        720,
        215,
        850,
        190,
    ],
    [120, 300, 420, 285, 700, 292],
]
"""How a made-up hand signs on the screen."""

ENOUGH = 8
"""Patients there have to be before some of them want something special."""

FLAGS = (("interpreter", "Tiếng Việt"), ("relay", ""), ("nurse", ""), ("step_free", ""), ("provider", "Dr. Brooks"))


def consented(practice: UUID) -> None:
    """Publishes the texts and writes down what the patients said, as the people of the clinic would."""
    system = access.system_actor(practice)
    with present(system):
        staff = {Role(m.role): m for m in Membership.objects.order_by("-starts_at")}
        patients = list(Patient.objects.order_by("registered_at", "id").values_list("id", flat=True))
    with present(_as(staff[Role.PRIVACY_OFFICER], practice, Purpose.HCOMPL)) as by:
        worded = drafts.begin_all(by=by)
    with present(_as(staff[Role.SECURITY_OFFICER], practice, Purpose.HCOMPL)) as by:
        for draft in worded:
            approving.approve(draft, by=by)
    with present(_as(staff[Role.PRIVACY_OFFICER], practice, Purpose.HCOMPL)) as by:
        for draft in worded:
            texts.publish(draft, by=by, renew_days=drafts.renew_days(draft.kind), part2=True)
    desk = _as(staff[Role.FRONT_DESK], practice, Purpose.HOPERAT)
    with present(desk) as by:
        words = {text.kind: text for text in texts.published().filter(language="en")}
        for number, patient in enumerate(patients):
            if number % SILENT != SILENT - 1:
                consenting.answer(patient, *_said(number, words), by=by)
    if len(patients) < ENOUGH:
        return
    _known(desk, patients)
    _asked(desk, patients, words)
    with present(system) as by:
        access.restrict(patients[3], [PhiClass.COVERAGE], toward="plan", paid_in_full=True, by=by)


def _said(number: int, words: dict[str, ConsentText]) -> list[Answer]:
    """One patient's answers: most say yes to reminders, some to more, some to neither."""
    at = clock.now() - dt.timedelta(days=3 + 5 * (number % 40))
    how = How.PAPER if number % 4 == 1 else How.SPOKEN
    source = Source.PAPER if how == How.PAPER else Source.REGISTRATION
    both = [Answer(kind=kind, text=words[kind], how=how, source=source, at=at)
            for kind in (TextKind.NOTICE, TextKind.TELEHEALTH)]  # fmt: skip
    wanted = [(Channel.SMS, Topic.APPOINTMENTS)] if number % 5 else []
    wanted += [(Channel.EMAIL, Topic.APPOINTMENTS), (Channel.EMAIL, Topic.CARE)] if number % 3 else []
    wanted += [(Channel.SMS, Topic.EDUCATION)] if number % 7 == 0 else []
    yes = [Answer(kind=Kind.REACH, topic=t, channel=c, text=words[c], how=how, source=source, at=at) for c, t in wanted]
    no = [Answer(kind=Kind.REACH, agreed=False, channel=Channel.VOICE, at=at)] if number % 9 == 2 else []
    return [*both, *yes, *no]


def _known(desk: Actor, patients: Sequence[UUID]) -> None:
    """What the front desk knows: flags, voicemail, who may be told what, and a call of this morning."""
    with present(desk) as by:
        for patient, (flag, more) in zip(patients[1::3], FLAGS, strict=False):
            calling.flag(patient, flag, more=more, by=by)
        calling.set_rules(patients[0], "none", "lighthouse", by=by)
        calling.set_rules(patients[2], "detail", "", by=by)
        partner = actions.add_related(
            patients[0], Kin(name="Robin Hale", relationship="partner", phone="6175550188", tell="appointments"), by=by
        )
        told = Call(knew=["birth_date", "safe_word"], told=["appointments"], related=partner.id, name="Robin Hale",
                    level="appointments")  # fmt: skip
        calling.verified(patients[0], told, by=by)


def _asked(desk: Actor, patients: Sequence[UUID], words: dict[str, ConsentText]) -> None:
    """Some asked for something: letters only, no texts, ordinary e-mail, a release of records."""
    with present(desk) as by:
        consenting.reach_only(patients[5], [Channel.LETTER, Channel.PORTAL], wording="Plain envelope, please", by=by)
        texting.stop_texts(texting.digest_of("+16175550177", by=by), by, [patients[6]])
        mail = ContactPoint.objects.filter(patient_id=patients[2], system="email", ended_at=None).first()
        if mail is not None:
            choice = Answer(kind=Kind.ORDINARY, channel=Channel.EMAIL, point=mail.id, text=words[TextKind.ORDINARY])
            consenting.answer(patients[2], choice, by=by)
        signed = authorizations.sign(
            patients[0],
            Signed(
                kind="release",
                discloser="Our practice",
                recipient="Lakeside Orthopedics",
                what="Visit notes and imaging of the left knee, since 2024",
                purpose="Second opinion before surgery",
                expires_on=clock.now().date() + dt.timedelta(days=180),
                how=How.DRAWN,
                signature={"strokes": SCRIBBLE},
                text=words[TextKind.RELEASE],
            ),
            by=by,
        )
        authorizations.copy_given(signed, by=by)


def _as(member: Membership, practice: UUID, purpose: Purpose) -> Actor:
    return Actor(member.id, practice, Role(member.role), purpose)
