"""By what somebody goes on in a session of theirs. With the session's own key, one thing they know or are is enough.

NIST SP 800-63B-4 § 2.2.3: after a time without activity, a session may go on with a password or a biometric and the
session's secret. `WAYS` says which there are: a password, or a passkey, which asks its person for theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest

from keepwell.access import passkeys, passwords, signin, throttle
from keepwell.access.models import Person
from keepwell.access.pending import address
from keepwell.access.throttle import By
from keepwell.base.refusal import Refusal

Way = Callable[[HttpRequest, Person], bool]


def _by_password(request: HttpRequest, person: Person) -> bool:
    return person.check_password(passwords.normal(request.POST["password"])[: passwords.LONGEST + 1])


def _by_passkey(request: HttpRequest, person: Person) -> bool:
    signin.spend(passkeys.proved(request, request.POST["passkey"], person.id))
    return True


WAYS: dict[str, Way] = {"passkey": _by_passkey, "password": _by_password}
"""Field of the form that unlocks → whether what stands in it proves the person."""


def proved(request: HttpRequest, person: UUID) -> str:
    """By which way a person proved themselves.

    Raises Refusal UNLOCK_REFUSED, PASSKEY_REFUSED, PASSKEY_COPIED or LOGIN_THROTTLED.
    """
    who = Person.objects.get(id=person)
    throttle.count(By.ADDRESS, address(request))
    method = next((field for field, proves in WAYS.items() if request.POST.get(field) and proves(request, who)), "")
    if not method or not who.is_active:
        raise Refusal("UNLOCK_REFUSED", field="password")
    throttle.succeeded(By.ADDRESS, address(request))
    return method
