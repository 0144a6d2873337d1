"""One row of a patient list → the facts a patient is registered with, or by name what is wrong with each cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from keepwell.base.refusal import Refusal
from keepwell.patients import facts
from keepwell.patients.facts import Demographics
from keepwell.patients.movein import meanings
from keepwell.patients.reach import Contact, Home, Kin, Payer, Said


@dataclass(frozen=True, slots=True)
class Plan:
    """What each column holds, and in which order its dates are written."""

    columns: tuple[str, ...]
    order: str = "mdy"


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """What a row says. `wrong`: (field, code) of everything that keeps it out."""

    who: Demographics
    reach: tuple[Said, ...] = ()
    payers: tuple[Payer, ...] = ()
    wrong: tuple[tuple[str, str], ...] = ()


PLAIN = ("given_name", "family_name", "middle_name", "preferred_name", "pronouns", "record_number")
_CODED: dict[str, Callable[[str], str]] = {
    "gender": meanings.gender,
    "birth_sex": meanings.sex,
    "language": meanings.language,
    "state": meanings.state,
}
_PHONES = {"mobile": "mobile", "home_phone": "home", "work_phone": "work"}
_ADDRESS = ("line1", "line2", "city", "state", "postal_code")


def told(cells: Sequence[str], mapping: Plan, *, long: bool = False) -> Told:
    """Reads one row. Never raises for what is wrong with it."""
    said = {f: c for f, c in zip(mapping.columns, cells, strict=False) if f and not meanings.empty(c)}
    reader = _Reader(said, mapping.order)
    if long:
        reader.wrong.append(("", "MOVEIN_ROW_SHIFTED"))
    who = reader.who()
    reach = tuple(reader.checked(reader.reach()))
    payers = tuple(reader.checked(reader.payers()))
    if "birth_date" not in said:
        reader.wrong.append(("birth_date", "BIRTH_DATE_MISSING"))
    for refusal in facts.problems(who):
        reader.wrong.append((refusal.field or "", refusal.code))
    return Told(who, reach, payers, tuple(dict.fromkeys(reader.wrong)))


class _Reader:
    def __init__(self, said: Mapping[str, str], order: str) -> None:
        self.said = said
        self.order = order
        self.wrong: list[tuple[str, str]] = []

    def who(self) -> Demographics:
        known: dict[str, Any] = {name: self.said.get(name, "") for name in PLAIN}
        if whole := self.said.get("full_name"):
            parts = dict(zip(("given_name", "middle_name", "family_name"), meanings.name_parts(whole), strict=True))
            known |= {name: part for name, part in parts.items() if part and not known[name]}
        for name in ("birth_date", "deceased_date"):
            known[name] = self._try(name, partial(meanings.day, order=self.order, field=name))
        for name, means in _CODED.items():
            known[name] = self._try(name, means)
        former = self.said.get("former_names", "").replace(";", ",").split(",")
        return Demographics(**known, former_names=tuple(filter(None, (one.strip() for one in former))))

    def reach(self) -> Iterator[tuple[str, Said]]:
        rank = 1
        for field, use in _PHONES.items():
            if typed := self.said.get(field):
                yield field, Contact(system="phone", value=typed, use=use, rank=rank)
                rank += 1
        if typed := self.said.get("email"):
            yield "email", Contact(system="email", value=typed, use="home", rank=rank)
        yield from self._homes()
        yield from self._kin()

    def payers(self) -> Iterator[tuple[str, Payer]]:
        payer, number = self.said.get("payer", ""), self.said.get("member_number", "")
        if payer and number:
            holder = self.said.get("holder", "")
            relationship = "other" if holder else "self"
            yield "payer", Payer(payer=payer, member_number=number, plan=self.said.get("plan", ""),
                                 group_number=self.said.get("group_number", ""), holder=holder,
                                 relationship=relationship)  # fmt: skip

    def checked(self, facts_said: Iterator[tuple[str, Any]]) -> Iterator[Any]:
        for field, fact in facts_said:
            try:
                yield fact.checked()
            except Refusal as refusal:
                at = {"phone": f"{field.partition('_')[0]}_phone", "email": f"{field.partition('_')[0]}_email"}
                self.wrong.append((at.get(refusal.field or "", field) if "_name" in field else field, refusal.code))

    def _homes(self) -> Iterator[tuple[str, Home]]:
        parts = {name: self.said.get(name, "") for name in _ADDRESS}
        if whole := self.said.get("full_address"):
            yield "full_address", meanings.address(whole)
        elif parts["line1"] or parts["city"] or parts["postal_code"]:
            code = self._quiet(parts["state"])
            lines = tuple(filter(None, (parts["line1"], parts["line2"])))
            zip_code = meanings.postal_code(parts["postal_code"])
            yield "line1", Home(lines=lines, city=parts["city"], state=code, postal_code=zip_code)

    def _kin(self) -> Iterator[tuple[str, Kin]]:
        guardian, other = self.said.get("guardian_name"), self.said.get("kin_name")
        if guardian:
            phone, email = (self.said.get(f"guardian_{kind}", "") for kind in ("phone", "email"))
            yield "guardian_name", Kin(name=guardian, relationship="guardian", phone=phone, email=email)
        if other:
            relationship = meanings.relationship(self.said.get("kin_relationship", ""))
            phone = self.said.get("kin_phone", "")
            yield "kin_name", Kin(name=other, relationship=relationship, phone=phone, in_emergency=True)

    def _try(self, field: str, means: Callable[[str], Any]) -> Any:
        typed = self.said.get(field)
        if not typed:
            return None
        try:
            return means(typed)
        except Refusal as refusal:
            self.wrong.append((field, refusal.code))
            return None

    def _quiet(self, typed: str) -> str:
        try:
            return meanings.state(typed) if typed else ""
        except Refusal:
            return ""


def shown(one: Told) -> dict[str, str]:
    """Each field as it will be stored, for the preview."""
    said = {name: str(value) for name, value in one.who.columns().items() if value and name != "former_names"}
    said["former_names"] = ", ".join(one.who.former_names)
    for fact in one.reach:
        said |= _shown(fact)
    for payer in one.payers:
        said |= {"payer": payer.payer, "plan": payer.plan, "member_number": payer.member_number,
                 "group_number": payer.group_number, "holder": payer.holder}  # fmt: skip
    return {name: value for name, value in said.items() if value}


def _shown(fact: Said) -> dict[str, str]:
    if isinstance(fact, Contact):
        if fact.system == "email":
            return {"email": fact.value}
        return {next(f for f, use in _PHONES.items() if use == fact.use): fact.value}
    if isinstance(fact, Home):
        return {"line1": ", ".join(fact.lines), "city": fact.city, "state": fact.state, "postal_code": fact.postal_code}
    if isinstance(fact, Kin):
        kind = "guardian" if fact.relationship == "guardian" and not fact.in_emergency else "kin"
        return {f"{kind}_name": fact.name, f"{kind}_relationship": fact.relationship, f"{kind}_phone": fact.phone,
                f"{kind}_email": fact.email}  # fmt: skip
    return {}
