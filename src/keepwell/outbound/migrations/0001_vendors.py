from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import keepwell.base.ids
import keepwell.practices.presence
import keepwell.vault.fields
import keepwell.vault.phi


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0018_recovery"),
        ("practices", "0002_protect"),
    ]

    operations = [
        migrations.CreateModel(
            name="Vendor",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "signs",
                    models.CharField(
                        choices=[("unknown", "Unknown"), ("willing", "Willing"), ("refuses", "Refuses")],
                        default="unknown",
                        max_length=8,
                    ),
                ),
                (
                    "contact",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["OFFICE"]),
                ),
                (
                    "notes",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["OFFICE"]),
                ),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
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
            name="Subcontractor",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("place", models.CharField(max_length=80)),
                (
                    "does",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["OFFICE"]),
                ),
                ("agreed_on", models.DateField(null=True)),
                ("noted_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "noted_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
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
                (
                    "vendor",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.vendor",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", keepwell.vault.fields.SealedField(kind=str, phi=keepwell.vault.phi.PhiClass["OFFICE"])),
                ("type", models.CharField(max_length=40)),
                ("size", models.IntegerField()),
                ("digest", models.BinaryField(max_length=32)),
                ("kept_at", models.DateTimeField(auto_now_add=True)),
                (
                    "kept_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
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
                (
                    "vendor",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.vendor",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Assurance",
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
                            ("soc2", "Soc2"),
                            ("iso27001", "Iso27001"),
                            ("hitrust", "Hitrust"),
                            ("test", "Test"),
                            ("site_visit", "Site Visit"),
                            ("own_site", "Own Site"),
                            ("insurance", "Insurance"),
                            ("verification", "Verification"),
                            ("other", "Other"),
                        ],
                        max_length=12,
                    ),
                ),
                ("covers", models.JSONField(default=list)),
                ("issued_on", models.DateField()),
                ("ends_on", models.DateField()),
                (
                    "says",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["OFFICE"]),
                ),
                ("noted_at", models.DateTimeField(auto_now_add=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "noted_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
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
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.paper",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.vendor",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("with_service", models.BooleanField(default=False)),
                ("renews_itself", models.BooleanField(default=False)),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("report_days", models.SmallIntegerField()),
                ("report_accepted_at", models.DateTimeField(null=True)),
                ("signed_by_us_on", models.DateField(null=True)),
                ("signed_by_them_on", models.DateField(null=True)),
                (
                    "signers",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["OFFICE"]),
                ),
                ("drafted", models.BooleanField(default=False)),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                ("active_at", models.DateTimeField(null=True)),
                ("breached_on", models.DateField(null=True)),
                (
                    "breach",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["OFFICE"]),
                ),
                ("cure_by", models.DateField(null=True)),
                ("cured_on", models.DateField(null=True)),
                (
                    "kept_because",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["OFFICE"]),
                ),
                ("kept_at", models.DateTimeField(null=True)),
                ("terminated_on", models.DateField(null=True)),
                (
                    "exit",
                    models.CharField(
                        blank=True,
                        choices=[("returned", "Returned"), ("destroyed", "Destroyed"), ("infeasible", "Infeasible")],
                        max_length=10,
                    ),
                ),
                (
                    "exit_words",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["OFFICE"]),
                ),
                ("exit_closed_at", models.DateTimeField(null=True)),
                (
                    "active_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
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
                (
                    "report_accepted_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "exit_file",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.paper",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.paper",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.vendor",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="VendorService",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("email", "Email"),
                            ("sms", "Sms"),
                            ("voice", "Voice"),
                            ("fax", "Fax"),
                            ("letter", "Letter"),
                            ("webhook", "Webhook"),
                            ("video", "Video"),
                            ("hosting", "Hosting"),
                            ("storage", "Storage"),
                            ("labs", "Labs"),
                            ("payment", "Payment"),
                            ("interpreter", "Interpreter"),
                            ("support", "Support"),
                            ("scanner", "Scanner"),
                            ("other", "Other"),
                        ],
                        max_length=12,
                    ),
                ),
                ("classes", models.JSONField(default=list)),
                ("connector", models.CharField(blank=True, max_length=40)),
                ("keeps", models.BooleanField(default=True)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("business_associate", "Business Associate"),
                            ("conduit", "Conduit"),
                            ("workforce", "Workforce"),
                            ("provider", "Provider"),
                            ("health_plan", "Health Plan"),
                            ("patient", "Patient"),
                            ("bank", "Bank"),
                            ("authority", "Authority"),
                            ("no_phi", "No Phi"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("handles", "Handles"),
                            ("carries_only", "Carries Only"),
                            ("our_control", "Our Control"),
                            ("treats", "Treats"),
                            ("pays", "Pays"),
                            ("patient_asked", "Patient Asked"),
                            ("clears_payments", "Clears Payments"),
                            ("law", "Law"),
                            ("nothing_reaches", "Nothing Reaches"),
                            ("encrypted", "Encrypted"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "reason",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["OFFICE"]),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("used_since", models.DateTimeField(null=True)),
                ("rank", models.SmallIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
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
                (
                    "used_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.vendor",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Coverage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("classes", models.JSONField(default=list)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.agreement",
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
                (
                    "service",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.vendorservice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="VettingAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("question", models.CharField(max_length=40)),
                (
                    "said",
                    models.CharField(
                        choices=[
                            ("yes", "Yes"),
                            ("partly", "Partly"),
                            ("no", "No"),
                            ("not_applicable", "Not Applicable"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "evidence",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["OFFICE"]),
                ),
                ("noted_at", models.DateTimeField(auto_now=True)),
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.paper",
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
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
                (
                    "vendor",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.vendor",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClauseCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("clause", models.CharField(max_length=24)),
                ("found", models.BooleanField(default=False)),
                (
                    "where",
                    keepwell.vault.fields.SealedField(kind=str, null=True, phi=keepwell.vault.phi.PhiClass["OFFICE"]),
                ),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.agreement",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
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
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "agreement", "clause"), name="outbound_clause_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="vendor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("practice", "name"), name="outbound_vendor_once"
            ),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["practice", "vendor"], name="outbound_agreement_vendor"),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("report_days__gte", 0), ("report_days__lte", 60)), name="outbound_agreement_report"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("active_at", None), ("ends_on__isnull", False), ("with_service", True), _connector="OR"
                ),
                name="outbound_agreement_end",
            ),
        ),
        migrations.AddIndex(
            model_name="vendorservice",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["practice", "kind"], name="outbound_service_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("practice", "agreement", "service"),
                name="outbound_coverage_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="vettinganswer",
            constraint=models.UniqueConstraint(fields=("practice", "vendor", "question"), name="outbound_answer_once"),
        ),
    ]
