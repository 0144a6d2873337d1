"""What the newer version keeps that the older one does not."""

from __future__ import annotations

from django.db import models


class Extra(models.Model):
    """A row of the newer version."""

    said = models.CharField(max_length=20)

    class Meta:
        app_label = "newer"
