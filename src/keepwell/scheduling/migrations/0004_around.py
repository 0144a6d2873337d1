from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import keepwell.base.clock
import keepwell.base.ids
import keepwell.practices.models
import keepwell.practices.presence
import keepwell.vault.fields
import keepwell.vault.phi
from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0018_recovery"),
        ("patients", "0004_ready"),
        ("practices", "0002_protect"),
        ("scheduling", "0003_licensing"),
    ]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="overbook_reason",
            field=keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
        ),
        migrations.AddField(
            model_name="appointment",
            name="waiting_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="AppointmentSeries",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("every", models.PositiveSmallIntegerField()),
                ("unit", models.CharField(choices=[("wk", "Weeks"), ("mo", "Months")], max_length=2)),
                ("first_day", models.DateField()),
                ("o_clock", models.TimeField()),
                ("time_zone", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=keepwell.base.clock.now)),
                (
                    "patient",
                    keepwell.practices.models.SubjectKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="patients.patient",
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
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="appointment",
            name="series",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="scheduling.appointmentseries",
            ),
        ),
        migrations.CreateModel(
            name="AppointmentChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField(default=keepwell.base.clock.now)),
                ("request", models.UUIDField()),
                ("verb", models.CharField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("from_status", models.CharField(blank=True, max_length=16)),
                ("to_status", models.CharField(max_length=16)),
                ("from_starts_at", models.DateTimeField(null=True)),
                ("from_ends_at", models.DateTimeField(null=True)),
                ("to_starts_at", models.DateTimeField()),
                ("to_ends_at", models.DateTimeField()),
                ("waiting_since", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "appointment",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scheduling.appointment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "from_practitioner",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "patient",
                    keepwell.practices.models.SubjectKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="patients.patient",
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
                "indexes": [
                    models.Index(fields=["practice", "appointment", "at"], name="scheduling_change_of"),
                    models.Index(fields=["practice", "by", "at"], name="scheduling_change_by"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Participant",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("interpreter", "Interpreter"),
                            ("caregiver", "Caregiver"),
                            ("family", "Family"),
                            ("colleague", "Colleague"),
                            ("other", "Other"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "name",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
                ),
                (
                    "language",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
                ),
                (
                    "reach",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
                ),
                ("added_at", models.DateTimeField(default=keepwell.base.clock.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "appointment",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scheduling.appointment",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "patient",
                    keepwell.practices.models.SubjectKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="patients.patient",
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
                "indexes": [models.Index(fields=["practice", "appointment"], name="scheduling_participant_of")],
            },
        ),
        Protect("AppointmentSeries", subject="patient_id"),
        Protect("Appointment", subject="patient_id"),
        Protect("AppointmentChange", subject="patient_id"),
        Protect("Participant", subject="patient_id"),
    ]
