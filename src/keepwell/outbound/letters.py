"""Letters: what is written from a chart's excerpts and goes only where it may be read by nobody else.

A letter's content is made by a function from opened excerpts, so it says what those excerpts say and nothing typed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from keepwell import charts
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.charts.excerpts import plan
from keepwell.patients.excerpts import Addresses, NameTag, Reach, Whereabouts
from keepwell.vault.phi import PhiClass

FITTING = frozenset({Channel.LETTER, Channel.FAX, Channel.EMAIL, Channel.PORTAL})
"""The channels a letter may take at all; ordinary e-mail only by the patient's own recorded choice."""


@dataclass(frozen=True, slots=True, repr=False)
class Paper:
    """What a letter says: its heading and its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]

    def kept(self) -> dict[str, Any]:
        return {"title": self.title, "paragraphs": list(self.paragraphs)}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Paper:
        return cls(kept["title"], tuple(kept["paragraphs"]))


@dataclass(frozen=True, slots=True)
class Letter:
    """One kind of letter: which excerpts it takes and how they are written down. `by_hand`: people choose it.

    `sample` is the same letter to somebody made up, in the language spoken now.
    """

    name: str
    version: int
    title: Any
    excerpts: tuple[type[Any], ...]
    write: Callable[[charts.Chart, UUID], Paper]
    sample: Callable[[], Paper]
    by_hand: bool = True

    @property
    def told(self) -> frozenset[PhiClass]:
        """What whoever reads it is told."""
        return frozenset().union(*(plan(each).classes for each in self.excerpts))


LETTERS: dict[str, Letter] = {}
"""Name → letter. A floor adds its own with `letter()`."""


def letter(
    name: str, title: Any, *excerpts: type[Any], sample: Callable[[], Paper], version: int = 1, by_hand: bool = True
) -> Callable[[Any], Any]:
    """Names the function that writes a letter from these excerpts."""

    def decorate(write: Any) -> Any:
        LETTERS[name] = Letter(name, version, title, excerpts, write, sample, by_hand)
        return write

    return decorate


def written(name: str, patient: UUID, *, by: Actor) -> Paper:
    """A letter for a patient, in their language, from one opening. Raises Refusal TEMPLATE_UNKNOWN, POLICY_DENY."""
    if name not in LETTERS:
        raise Refusal("TEMPLATE_UNKNOWN")
    known = LETTERS[name]
    chart = charts.open(patient, Whereabouts, *known.excerpts, by=by, listed=False)
    spanish = (chart.one(Whereabouts).language or "").startswith("es")
    with override("es" if spanish else "en"):
        return known.write(chart, patient)


def _made_up() -> Paper:
    return _contact("Ada Lovelace", ["617-555-0123", "ada@example.org", "12 Engine Street, Boston, MA"])


@letter("contact.check", _("How we reach you"), NameTag, Reach, Addresses, sample=_made_up)
def contact_check(chart: charts.Chart, patient: UUID) -> Paper:
    """Asks a patient to check how the practice reaches them."""
    tag = chart.one(NameTag)
    points = [p.value for p in chart.all(Reach).get(patient, []) if p.ended_at is None]
    homes = [a.where for a in chart.all(Addresses).get(patient, []) if a.ended_at is None]
    lines = [", ".join([*where.get("line", []), where.get("city", ""), where.get("state", "")]) for where in homes]
    return _contact(tag.name, points + lines)


def _contact(name: str, ways: list[str]) -> Paper:
    return Paper(
        gettext("How we reach you"),
        (
            gettext("Dear %(name)s,") % {"name": name},
            gettext("this is how we would reach you today:"),
            *(ways or [gettext("We have no phone number and no address of yours.")]),
            gettext("If something is wrong or missing, please call us."),
        ),
    )
