"""Dates and times as people read them. A time always names its zone; a reader elsewhere gets both.

The clinic's zone is Django's current timezone (the entrance activates the practice's); the reader's own, when it is
another one, comes from the preferences cookie.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, date, datetime, time, tzinfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from markupsafe import Markup

yours: ContextVar[tzinfo | None] = ContextVar("yours", default=None)


def locale() -> Locale:
    """The reader's language as spoken in the United States, so that months and AM/PM look right here."""
    return Locale.parse("es_US" if (translation.get_language() or "en").startswith("es") else "en_US")


def day(value: date | datetime | None, style: str = "medium") -> Markup:
    """Nov 22, 2025. A plain date has no zone; a moment is dated where the clinic is."""
    if value is None:
        return Markup("")
    if isinstance(value, datetime):
        value = value.astimezone(timezone.get_current_timezone()).date()
    return _tag(value, format_date(value, style, locale=locale()))


def monthday(value: date) -> Markup:
    """Nov 22, where the year is said already."""
    return _tag(value, format_skeleton("MMMd", value, locale=locale()))


def clock(value: datetime | None) -> Markup:
    """9:40 AM EST, or '8:40 AM your time · 9:40 AM clinic' when the reader is elsewhere."""
    return _where(value, lambda at, zone, named: _time(at, zone, named=named))


def moment(value: datetime | None) -> Markup:
    """Nov 22, 2025, 9:40 AM EST."""
    return _where(value, _day_and_time)


def ago(value: datetime | None) -> Markup:
    """How long since, in one unit: '12 min'. The exact moment is in the tooltip."""
    if value is None:
        return Markup("")
    since = format_timedelta(timezone.now() - value, format="short", locale=locale(), threshold=1)
    exact = _day_and_time(value, timezone.get_current_timezone(), named=True)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(_machine(value), exact, since)


def stamp(value: date | datetime) -> int:
    """Seconds of the clinic's wall clock, for the axis of a picture: what is drawn is the day the table says."""
    if isinstance(value, datetime):
        value = value.astimezone(timezone.get_current_timezone()).replace(tzinfo=UTC)
    else:
        value = datetime.combine(value, time(), UTC)
    return int(value.timestamp())


def age(born: date, today: date | None = None) -> str:
    """Age as clinics say it: days under a month, months under two years, then years."""
    today = today or timezone.localdate()
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months < 1:
        days = (today - born).days
        return _("%(count)s d") % {"count": days}
    if months < 24:
        return _("%(count)s mo") % {"count": months}
    return _("%(count)s y") % {"count": months // 12}


def _where(value: datetime | None, text) -> Markup:  # type: ignore[no-untyped-def]
    """The clinic's time with its zone named, the reader's own time first when the two differ just then."""
    if value is None:
        return Markup("")
    clinic, reader = timezone.get_current_timezone(), yours.get()
    if reader is None or value.astimezone(reader).utcoffset() == value.astimezone(clinic).utcoffset():
        return _tag(value, text(value, clinic, named=True))
    here, there = text(value, reader, named=False), _time(value, clinic, named=False)
    return _tag(value, _("%(yours)s your time · %(clinic)s clinic") % {"yours": here, "clinic": there})


def _day_and_time(at: datetime, zone: tzinfo, named: bool) -> str:
    return f"{format_date(at.astimezone(zone).date(), 'medium', locale=locale())}, {_time(at, zone, named=named)}"


def _time(at: datetime, zone: tzinfo, named: bool) -> str:
    """Babel's own short time; the zone by its common abbreviation (EST), which both languages use here."""
    text = format_time(at.astimezone(zone), "short", locale=locale())
    return f"{text}\u00a0{at.astimezone(zone):%Z}" if named else text


def _tag(value: date | datetime, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(_machine(value), text)


def _machine(value: date | datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()
