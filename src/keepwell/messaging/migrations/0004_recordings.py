from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import keepwell.base.ids
import keepwell.practices.presence
from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0003_automatic"),
        ("practices", "0002_protect"),
    ]

    operations = [
        migrations.AlterField(
            model_name="post",
            name="kind",
            field=models.CharField(
                choices=[
                    ("received", "Received"),
                    ("phone", "Phone"),
                    ("voice", "Voice"),
                    ("sent", "Sent"),
                    ("auto", "Auto"),
                    ("note", "Note"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="Recording",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("whose", models.UUIDField()),
                ("file", models.UUIDField(default=keepwell.base.ids.new_id)),
                ("type", models.CharField(max_length=20)),
                ("size", models.PositiveIntegerField()),
                ("seconds", models.PositiveIntegerField(null=True)),
                ("screened", models.CharField(blank=True, max_length=60)),
                (
                    "post",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="messaging.post",
                    ),
                ),
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
                "constraints": [models.UniqueConstraint(fields=("practice", "post"), name="messaging_recording_once")],
            },
        ),
        Protect("Recording", subject="whose"),
    ]
