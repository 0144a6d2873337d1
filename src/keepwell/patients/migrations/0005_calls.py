from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import keepwell.base.ids
import keepwell.practices.models
import keepwell.practices.presence
import keepwell.vault.fields
import keepwell.vault.phi
from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0004_ready"),
        ("practices", "0002_protect"),
    ]

    operations = [
        migrations.AddField(
            model_name="relatedperson",
            name="tell",
            field=keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
        ),
        migrations.CreateModel(
            name="PaperLoad",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checked", "Checked"),
                            ("loaded", "Loaded"),
                            ("undone", "Undone"),
                            ("discarded", "Discarded"),
                        ],
                        default="checked",
                        max_length=10,
                    ),
                ),
                (
                    "rows",
                    keepwell.vault.fields.SealedField(
                        kind=list, null=True, phi=keepwell.vault.phi.PhiClass["IDENTITY"]
                    ),
                ),
                ("good", models.PositiveIntegerField(default=0)),
                ("bad", models.PositiveIntegerField(default=0)),
                ("sent_by", models.UUIDField()),
                ("sent_at", models.DateTimeField()),
                ("loaded_at", models.DateTimeField(null=True)),
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
        migrations.CreateModel(
            name="CallerCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("passed", models.BooleanField()),
                ("said", keepwell.vault.fields.SealedField(kind=dict, phi=keepwell.vault.phi.PhiClass["CONTACT"])),
                ("taken_by", models.UUIDField()),
                ("at", models.DateTimeField()),
                (
                    "patient",
                    keepwell.practices.models.SubjectKey(
                        db_constraint=False,
                        db_index=False,
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
                "indexes": [models.Index(fields=["practice", "patient"], name="patients_callercheck_patient")],
            },
        ),
        migrations.CreateModel(
            name="CallRules",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("began_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("voicemail", keepwell.vault.fields.SealedField(kind=str, phi=keepwell.vault.phi.PhiClass["CONTACT"])),
                (
                    "safe_word",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
                ),
                (
                    "patient",
                    keepwell.practices.models.SubjectKey(
                        db_constraint=False,
                        db_index=False,
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
                "indexes": [models.Index(fields=["practice", "patient"], name="patients_callrules_patient")],
            },
        ),
        migrations.CreateModel(
            name="Handling",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("began_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("flag", keepwell.vault.fields.SealedField(kind=str, phi=keepwell.vault.phi.PhiClass["CONTACT"])),
                (
                    "more",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
                ),
                (
                    "patient",
                    keepwell.practices.models.SubjectKey(
                        db_constraint=False,
                        db_index=False,
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
                "indexes": [models.Index(fields=["practice", "patient"], name="patients_handling_patient")],
            },
        ),
        Protect("Handling", subject="patient_id"),
        Protect("CallRules", subject="patient_id"),
        Protect("CallerCheck", subject="patient_id"),
        Protect("PaperLoad"),
    ]
