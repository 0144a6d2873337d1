"""What somebody said on the machine (FHIR Media, part of a Communication)."""

from __future__ import annotations

from django.db import models

from keepwell.base.ids import new_id
from keepwell.messaging.models.threads import Post, Said


class Recording(Said):
    """One recording of one post. Its content is a sealed file named by `file`, under the class of the post's words."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="+", db_constraint=False)
    file = models.UUIDField(default=new_id)
    type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    seconds = models.PositiveIntegerField(null=True)
    screened = models.CharField(max_length=60, blank=True)

    plain = Said.plain | {"file", "type", "size", "seconds", "screened"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "post"], name="messaging_recording_once")]
