"""Who works at the demo's clinics, and the secrets made for each of them on this machine."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from keepwell.access import actions as access
from keepwell.access import auditors, credentials, factors, kit_code, kits, setup
from keepwell.access.models import CareTeam, Membership, Practice
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.cli.people import Somebody
from keepwell.ledger.doorway import present
from keepwell.outbound.vendors import hosting


@dataclass(frozen=True, slots=True)
class Clinic:
    """One clinic of the demo."""

    name: str
    slug: str
    state: str
    time_zone: str
    cities: tuple[str, ...]
    zip_prefix: str
    staff: tuple[tuple[str, Role], ...]


WILLOW = Clinic(
    "Willow Telehealth", "willow", "MA", "America/New_York", ("Boston", "Worcester", "Lowell", "Salem"), "021",
    (("Rosa Alvarez", Role.FRONT_DESK), ("Imani Brooks", Role.PRACTITIONER), ("Cleo Hart", Role.COORDINATOR),
     ("Theo Lindqvist", Role.PRIVACY_OFFICER), ("Sam Okafor", Role.SECURITY_OFFICER), ("Bea Novak", Role.BILLER),
     ("Jun Park", Role.TRAINEE), ("Mara Quinn", Role.MARKETER), ("Ansel Reyes", Role.AUDITOR),
     ("Pat Sorensen", Role.ADMINISTRATOR),
     ("Priya Nair", Role.PRACTITIONER), ("Marcus Webb", Role.PRACTITIONER), ("Alex Doyle", Role.ADMINISTRATOR)),
)  # fmt: skip
OAK = Clinic(
    "Oak Family Care", "oak", "CA", "America/Los_Angeles", ("Oakland", "Fresno", "San Jose", "Davis"), "945",
    (("Olu Adeyemi", Role.FRONT_DESK), ("Ximena Torres", Role.PRACTITIONER), ("Nils Berg", Role.COORDINATOR),
     ("Hana Sato", Role.PRIVACY_OFFICER), ("Gus Marino", Role.SECURITY_OFFICER), ("Ivy Chen", Role.BILLER),
     ("Leo Duarte", Role.TRAINEE), ("Wren Kelly", Role.MARKETER), ("Dara Levi", Role.AUDITOR),
     ("Kit Amari", Role.ADMINISTRATOR),
     ("Lena Fischer", Role.PRACTITIONER), ("Omar Haddad", Role.PRACTITIONER), ("Noa Stern", Role.ADMINISTRATOR)),
)  # fmt: skip
LOOKS_AFTER = (Role.PRACTITIONER, Role.COORDINATOR)

_WORDS = (
    "amber basil cedar delta ember fjord ginger harbor indigo juniper kettle lantern maple nectar orchid "
    "pepper quartz river "
    "saffron timber umber velvet willow yarrow"
).split()


def password() -> str:
    """Four words and a number from the system's randomness; long, and easy to type."""
    return "-".join([*(secrets.choice(_WORDS) for _ in range(4)), str(secrets.randbelow(9000) + 1000)])


def hire(clinic: Clinic, practice: Practice) -> tuple[list[Somebody], CareTeam]:
    """Everybody of a clinic, able to sign in, and the care team of those who look after patients."""
    members: list[Membership] = []
    people: list[Somebody] = []
    for name, role in clinic.staff:
        with present(access.system_actor(practice.id)) as by:
            somebody, member = _one(clinic, name, role, by)
        people.append(somebody)
        members.append(member)
    with present(access.system_actor(practice.id)) as by:
        team = access.form_team("Primary care", [m for m in members if m.role in LOOKS_AFTER], by=by)
    return people, team


def ready(clinic: Clinic, practice: Practice) -> None:
    """The practice says when it works and who hosts it, and opens for patients. Its officers must be there already."""
    hours = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "until": "18:00"}
    with present(access.system_actor(practice.id)) as by:
        setup.describe([clinic.state], hours, by=by)
        hosting.stands_with_us("This machine", clock.now().date(), "Locked, smoke alarm, camera", by=by)
    _seal_kit(practice)
    with present(access.system_actor(practice.id)) as by:
        setup.make_ready(by=by)


def _seal_kit(practice: Practice) -> None:
    """The first administrator prints the recovery kit and types a piece of it back. Nobody keeps the made-up code."""
    with present(access.system_actor(practice.id)):
        found = Membership.objects.filter(role=Role.ADMINISTRATOR).order_by("name").first()
    assert found is not None
    with present(Actor(found.id, practice.id, Role.ADMINISTRATOR, Purpose.HSYSADMIN)) as by:
        kit, code = kits.make(by=by)
        kits.confirm(kit, kit_code.groups(code)[kit.asked], by=by)


def _one(clinic: Clinic, name: str, role: Role, by: Actor) -> tuple[Somebody, Membership]:
    email = f"{name.split()[0].lower()}@{clinic.slug}.example"
    made = Somebody(name, clinic.name, role, email, password(), factors.new_secret())
    person = access.add_person(made.email, name, by=by)
    member = access.join(person, role, by=by, until=clock.now() + auditors.LONGEST if role is Role.AUDITOR else None)
    credentials.set_password(person, made.password, by=by, practice_name=clinic.name)
    credentials.enrol(person, made.totp, by=by)
    return made, member
