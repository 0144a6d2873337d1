from __future__ import annotations

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import keepwell.base.actor
import keepwell.base.clock
import keepwell.base.ids
import keepwell.practices.presence
from keepwell.practices.tenancy import Protect

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0009_passkey"),
        ("practices", "0002_protect"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="membership",
            name="access_membership_once",
        ),
        migrations.AddField(
            model_name="membership",
            name="accepted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="membership",
            name="ended_because",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name="membership",
            name="kind",
            field=models.CharField(default="employee", max_length=12),
        ),
        migrations.AddField(
            model_name="membership",
            name="manager",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="access.membership",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="suspended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="renewed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="membership",
            name="starts_at",
            field=models.DateTimeField(default=keepwell.base.clock.now),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at", None)),
                fields=("practice", "person", "role"),
                name="access_membership_once",
            ),
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=120)),
                ("role", models.CharField(choices=[(r, r) for r in keepwell.base.actor.Role], max_length=20)),
                ("kind", models.CharField(max_length=12)),
                ("starts_at", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("proof", models.CharField(blank=True, max_length=20)),
                ("proved_at", models.DateTimeField(null=True)),
                ("link", models.UUIDField(null=True)),
                ("link_until", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=10)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "manager",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "proved_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "membership",
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
            name="ClearanceCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("item", models.CharField(max_length=20)),
                ("passed", models.BooleanField()),
                ("source", models.CharField(max_length=20)),
                ("checked_at", models.DateTimeField(auto_now_add=True)),
                (
                    "grant",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.grant",
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        db_constraint=False,
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
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)), fields=("practice", "email", "role"), name="access_grant_once"
            ),
        ),
        Protect("Membership", subject="id"),
        Protect("Grant", subject="id"),
        Protect("ClearanceCheck", subject="grant_id"),
        migrations.RunSQL((SQL / "acceptance.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
