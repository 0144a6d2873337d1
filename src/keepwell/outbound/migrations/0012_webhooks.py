from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import keepwell.base.clock
import keepwell.base.ids
import keepwell.practices.presence
import keepwell.vault.fields
import keepwell.vault.phi
from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [
        ("outbound", "0011_protect_messages"),
        ("practices", "0002_protect"),
    ]

    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("address", keepwell.vault.fields.SealedField(kind=dict, phi=keepwell.vault.phi.PhiClass["OFFICE"])),
                ("key", keepwell.vault.fields.SealedField(kind=str, phi=keepwell.vault.phi.PhiClass["OFFICE"])),
                ("events", models.JSONField(default=list)),
                ("a_minute", models.PositiveIntegerField(default=60)),
                ("cursor", models.BigIntegerField()),
                ("made_at", models.DateTimeField(default=keepwell.base.clock.now)),
                ("renewed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_for", models.CharField(blank=True, max_length=40)),
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
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("entry", models.UUIDField()),
                ("verb", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("due", "Due"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="due",
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("attempt", models.UUIDField(null=True)),
                ("next_at", models.DateTimeField(default=keepwell.base.clock.now, null=True)),
                ("sending_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
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
                    "webhook",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.webhook",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("practice", "service"), name="outbound_webhook_once"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)),
                fields=["practice", "next_at"],
                name="outbound_delivery_due",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["practice", "webhook", "sending_at"], name="outbound_delivery_rate"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["practice", "webhook", "status", "at"], name="outbound_delivery_list"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("status", "sending")),
                fields=["practice", "sending_at"],
                name="outbound_delivery_sending",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.UniqueConstraint(fields=("practice", "webhook", "entry"), name="outbound_delivery_once"),
        ),
        Protect("Webhook"),
        Protect("WebhookDelivery"),
    ]
