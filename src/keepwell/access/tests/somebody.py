"""People who can sign in, for tests: through the same actions as everybody, with a browser of their own."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connections
from django.test import Client

from keepwell.access import credentials, factors
from keepwell.access.models import Membership, Person
from keepwell.access.session_store import SessionStore
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.ledger.doorway import present
from tests.cast import Clinic

PASSWORD = "a heron by the mill pond"


@dataclass
class Somebody:
    """A member of a clinic with a password and an authenticator app, and a browser."""

    clinic: Clinic
    person: Person
    membership: Membership
    secret: str = ""
    recovery: list[str] = field(default_factory=list)
    browser: Client = field(default_factory=Client)
    _ahead: int = -1

    @classmethod
    def at(cls, clinic: Clinic, role: Role = Role.PRACTITIONER, *, enrolled: bool = True) -> Somebody:
        actor = clinic.employs("ada", role, Purpose.HOPERAT)
        with present(clinic.system):
            membership = Membership.objects.select_related("person").get(id=actor.id)
        who = cls(clinic, membership.person, membership)
        if enrolled:
            who.secret = factors.new_secret()
            with present(clinic.system) as by:
                credentials.set_password(who.person, PASSWORD, by=by)
                who.recovery = credentials.enrol(who.person, who.secret, by=by)
        return who

    @property
    def email(self) -> str:
        return self.person.email or ""

    def next_code(self) -> str:
        """A code of the app that was not used yet. There are two at any moment."""
        self._ahead += 1
        return code_at(self.secret, self._ahead)

    def link(self) -> str:
        with present(self.clinic.system) as by:
            return credentials.make_link(self.membership, by=by)

    def gives_password(self, password: str = PASSWORD, **more: Any) -> Any:
        return self.browser.post("/sign-in/", {"email": self.email, "password": password, "next": ""} | more)

    def gives_code(self, code: str | None = None) -> Any:
        return self.browser.post("/sign-in/code/", {"code": self.next_code() if code is None else code})

    def signs_in(self) -> Somebody:
        assert self.gives_password().status_code == 302
        answer = self.gives_code()
        assert answer.status_code == 302 and self.is_in(), answer.content.decode()
        return self

    def waits_a_while(self) -> Somebody:
        """What was proved at sign-in is no longer fresh."""
        store = SessionStore.opened(self.browser.cookies["keepwell"].value)
        store.data["proved"] -= 3600
        store.save()
        return self

    def proves_again(self, asked: Any, password: str = PASSWORD, code: str | None = None) -> Any:
        """Answers the page that asks once more, at the address that asked."""
        held = re.search(r'name="again-held" value="([^"]+)"', asked.content.decode())
        assert held, asked.content.decode()
        proof = {"again-password": password, "again-code": self.next_code() if code is None else code}
        return self.browser.post(asked.wsgi_request.get_full_path(), {"again-held": held[1]} | proof)

    def is_in(self) -> bool:
        return self.browser.get("/your-sign-in/").status_code == 200

    def entries(self, verb: str) -> list[dict[str, Any]]:
        """What the ledger of the person's practice says, as the practice may read it."""
        return entries(verb, self.clinic.system)


def code_at(secret: str, ahead: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead)))


def entries(verb: str, by: Actor) -> list[dict[str, Any]]:
    """Entries of one verb in the ledger of an actor's practice, oldest first."""
    with present(by), connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT kind, actor_id, session_id, subjects, outcome, detail FROM custody.entry"
            " WHERE verb = %s ORDER BY at",
            [verb],
        )
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def refused(answer: Any, code: str, status: int) -> None:
    assert code in answer.content.decode(), answer.content.decode()
    assert answer.status_code == status
