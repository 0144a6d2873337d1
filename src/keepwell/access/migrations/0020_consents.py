from __future__ import annotations

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import keepwell.base.ids
import keepwell.practices.presence
import keepwell.vault.fields
import keepwell.vault.phi
from keepwell.practices.tenancy import Protect

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0019_kits"),
        ("practices", "0002_protect"),
    ]

    operations = [
        migrations.AddField(
            model_name="restriction",
            name="paid_in_full",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="restriction",
            name="toward",
            field=models.CharField(blank=True, default="", max_length=8),
        ),
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("telehealth", "Telehealth"),
                            ("sms", "Sms"),
                            ("email", "Email"),
                            ("voice", "Voice"),
                            ("fax", "Fax"),
                            ("ordinary", "Ordinary"),
                            ("ordinary_part2", "Ordinary Part2"),
                            ("notice", "Notice"),
                            ("marketing", "Marketing"),
                            ("release", "Release"),
                            ("psychotherapy", "Psychotherapy"),
                            ("part2", "Part2"),
                            ("part2_notes", "Part2 Notes"),
                            ("part2_legal", "Part2 Legal"),
                        ],
                        max_length=16,
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                ("version", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=200)),
                ("parts", models.JSONField(default=list)),
                ("digest", models.CharField(max_length=64)),
                ("material", models.BooleanField(default=True)),
                ("renew_days", models.PositiveSmallIntegerField(null=True)),
                ("drafted_by", models.UUIDField()),
                ("drafted_at", models.DateTimeField(auto_now_add=True)),
                ("published_by", models.UUIDField(null=True)),
                ("published_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField(null=True)),
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
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("patient_id", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reach", "Reach"),
                            ("ordinary", "Ordinary"),
                            ("ordinary_part2", "Ordinary Part2"),
                            ("telehealth", "Telehealth"),
                            ("notice", "Notice"),
                        ],
                        max_length=16,
                    ),
                ),
                ("topic", models.CharField(blank=True, max_length=16)),
                ("channel", models.CharField(blank=True, max_length=8)),
                ("point", models.UUIDField(null=True)),
                ("agreed", models.BooleanField()),
                ("digest", models.CharField(blank=True, max_length=64)),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("spoken", "Spoken"),
                            ("typed", "Typed"),
                            ("drawn", "Drawn"),
                            ("passkey", "Passkey"),
                            ("paper", "Paper"),
                            ("texted", "Texted"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("registration", "Registration"),
                            ("booking", "Booking"),
                            ("desk", "Desk"),
                            ("call", "Call"),
                            ("paper", "Paper"),
                            ("message", "Message"),
                            ("portal", "Portal"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "said",
                    keepwell.vault.fields.SealedField(kind=dict, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
                ),
                ("given_at", models.DateTimeField()),
                ("taken_by", models.UUIDField()),
                ("batch", models.UUIDField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_how", models.CharField(blank=True, max_length=12)),
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
                (
                    "text",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.consenttext",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Authorization",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("patient_id", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("release", "Release"),
                            ("marketing", "Marketing"),
                            ("psychotherapy", "Psychotherapy"),
                            ("part2", "Part2"),
                            ("part2_notes", "Part2 Notes"),
                            ("part2_legal", "Part2 Legal"),
                        ],
                        max_length=16,
                    ),
                ),
                ("terms", keepwell.vault.fields.SealedField(kind=dict, phi=keepwell.vault.phi.PhiClass["CONTACT"])),
                (
                    "what",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["CLINICAL"]),
                ),
                ("classes", models.JSONField(default=list)),
                ("paid", models.BooleanField(default=False)),
                ("tpo", models.BooleanField(default=False)),
                ("expires_on", models.DateField(null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("spoken", "Spoken"),
                            ("typed", "Typed"),
                            ("drawn", "Drawn"),
                            ("passkey", "Passkey"),
                            ("paper", "Paper"),
                            ("texted", "Texted"),
                        ],
                        max_length=8,
                    ),
                ),
                ("signed_at", models.DateTimeField()),
                ("taken_by", models.UUIDField()),
                ("batch", models.UUIDField(null=True)),
                ("copy_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_how", models.CharField(blank=True, max_length=12)),
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
                (
                    "text",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.consenttext",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NumberStop",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("digest", models.BinaryField(max_length=32)),
                ("patient_id", models.UUIDField(null=True)),
                ("stopped_at", models.DateTimeField()),
                ("restarted_at", models.DateTimeField(null=True)),
                (
                    "restarted_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("spoken", "Spoken"),
                            ("typed", "Typed"),
                            ("drawn", "Drawn"),
                            ("passkey", "Passkey"),
                            ("paper", "Paper"),
                            ("texted", "Texted"),
                        ],
                        max_length=8,
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
        ),
        migrations.CreateModel(
            name="ConfidentialRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("patient_id", models.UUIDField()),
                ("channels", models.JSONField(default=list)),
                ("points", models.JSONField(default=list)),
                (
                    "wording",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
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
                        condition=models.Q(("ends_at", None)),
                        fields=("practice", "patient_id"),
                        name="access_confidential_once",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.UniqueConstraint(
                fields=("practice", "kind", "language", "version"), name="access_text_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.UniqueConstraint(
                condition=models.Q(("published_at__isnull", False), ("replaced_at", None)),
                fields=("practice", "kind", "language"),
                name="access_text_current",
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["practice", "patient_id"], name="access_consent_patient"),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(
                condition=models.Q(("batch__isnull", False)), fields=["practice", "batch"], name="access_consent_batch"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("practice", "patient_id", "kind", "topic", "channel", "point"),
                name="access_consent_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="authorization",
            index=models.Index(fields=["practice", "patient_id"], name="access_authz_patient"),
        ),
        migrations.AddIndex(
            model_name="numberstop",
            index=models.Index(
                condition=models.Q(("restarted_at", None)), fields=["practice", "digest"], name="access_stop_number"
            ),
        ),
        migrations.AddIndex(
            model_name="numberstop",
            index=models.Index(
                condition=models.Q(("restarted_at", None)),
                fields=["practice", "patient_id"],
                name="access_stop_patient",
            ),
        ),
        Protect("ConsentText"),
        Protect("Consent", subject="patient_id"),
        Protect("Authorization", subject="patient_id"),
        Protect("ConfidentialRequest", subject="patient_id"),
        Protect("NumberStop"),
        migrations.RunSQL((SQL / "consents.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
