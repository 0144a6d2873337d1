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
    initial = True

    dependencies = [
        ("access", "0023_hosting_is_in_the_register"),
        ("patients", "0004_ready"),
        ("practices", "0002_protect"),
    ]

    operations = [
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("disclosed_at", models.DateTimeField()),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("in_person", "In Person"),
                            ("paper", "Paper"),
                            ("fax", "Fax"),
                            ("message", "Message"),
                            ("export", "Export"),
                            ("interface", "Interface"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "right",
                    models.CharField(
                        choices=[
                            ("treatment", "Treatment"),
                            ("payment", "Payment"),
                            ("operations", "Operations"),
                            ("individual", "Individual"),
                            ("authorization", "Authorization"),
                            ("involved", "Involved"),
                            ("incidental", "Incidental"),
                            ("limited_set", "Limited Set"),
                            ("law", "Law"),
                            ("public_health", "Public Health"),
                            ("abuse", "Abuse"),
                            ("oversight", "Oversight"),
                            ("court", "Court"),
                            ("law_enforcement", "Law Enforcement"),
                            ("decedent", "Decedent"),
                            ("organs", "Organs"),
                            ("research", "Research"),
                            ("threat", "Threat"),
                            ("government", "Government"),
                            ("national_security", "National Security"),
                            ("custody", "Custody"),
                            ("workers_comp", "Workers Comp"),
                            ("hhs", "Hhs"),
                            ("mistake", "Mistake"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "recipient",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
                ),
                (
                    "address",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
                ),
                (
                    "what",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
                ),
                (
                    "purpose",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
                ),
                ("classes", models.JSONField(default=list)),
                ("withheld_until", models.DateField(null=True)),
                ("origin", models.CharField(blank=True, max_length=40)),
                ("origin_id", models.UUIDField(null=True)),
                ("logged_at", models.DateTimeField(auto_now_add=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "authorization",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.authorization",
                    ),
                ),
                (
                    "logged_by",
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
                    models.Index(fields=["practice", "patient", "disclosed_at"], name="privacy_disclosure_whom")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("origin_id__isnull", False)),
                        fields=("practice", "origin", "origin_id", "patient"),
                        name="privacy_disclosure_once",
                    )
                ],
            },
        ),
        Protect("Disclosure", subject="patient_id"),
    ]
