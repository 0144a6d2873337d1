"""When a practitioner can be booked: rules on the wall clock of their own zone. Instants are worked out when asked."""

from __future__ import annotations

from django.db import models

from keepwell.access.models import Membership
from keepwell.practices.models import Tenanted


class Schedule(Tenanted):
    """A practitioner's calendar (FHIR Schedule): the zone its hours are told in, and how many visits a day it takes."""

    practitioner = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    time_zone = models.CharField(max_length=64)
    max_a_day = models.PositiveSmallIntegerField(null=True)
    plain = {"time_zone", "max_a_day"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "practitioner"], name="scheduling_schedule_once")]


class WeeklyHours(Tenanted):
    """Every week on one day, from one o'clock to another, between two dates. Weekdays as in ISO 8601: Monday is 1."""

    practitioner = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()
    from_day = models.DateField()
    until_day = models.DateField(null=True)
    plain = {"weekday", "opens", "closes", "from_day", "until_day"}

    class Meta:
        indexes = [models.Index(fields=["practice", "practitioner", "weekday"], name="scheduling_hours_whose")]


class DayException(Tenanted):
    """Days on which the week's rule does not hold: time off, a holiday of everybody, or hours besides the usual.

    Without a practitioner it closes the whole practice. Without o'clocks it is about whole days.
    """

    practitioner = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=True)
    name = models.CharField(max_length=80, blank=True)
    from_day = models.DateField()
    until_day = models.DateField()
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    works = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    plain = {"name", "from_day", "until_day", "opens", "closes", "works", "ended_at"}

    class Meta:
        indexes = [models.Index(fields=["practice", "from_day"], name="scheduling_exception_day")]
