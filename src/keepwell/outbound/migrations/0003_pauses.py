from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import keepwell.base.ids
import keepwell.practices.presence
from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [
        ("outbound", "0002_protect_vendors"),
        ("practices", "0002_protect"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(max_length=8)),
                ("code", models.CharField(max_length=40)),
                ("instead", models.CharField(blank=True, max_length=8)),
                ("began_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        default=keepwell.practices.presence.current_practice,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("practice", "channel"),
                        name="outbound_pause_once",
                    )
                ],
            },
        ),
        Protect("Pause"),
    ]
