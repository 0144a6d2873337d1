from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import keepwell.base.ids
import keepwell.practices.presence
import keepwell.vault.fields
import keepwell.vault.phi
from keepwell.practices.tenancy import Protect

OFFICE = keepwell.vault.phi.PhiClass["OFFICE"]


def _to(model: str, *, null: bool = False) -> Any:
    return models.ForeignKey(
        db_constraint=False, null=null, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model
    )


def _id() -> Any:
    return models.UUIDField(default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False)


def _practice() -> Any:
    return models.ForeignKey(
        db_index=False,
        default=keepwell.practices.presence.current_practice,
        editable=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="practices.practice",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0003_saved_questions"),
        ("access", "0019_kits"),
        ("practices", "0002_protect"),
    ]

    operations = [
        migrations.CreateModel(
            name="Equipment",
            fields=[
                ("id", _id()),
                ("name", keepwell.vault.fields.SealedField(kind=str, null=True, phi=OFFICE)),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                ("outcome", models.CharField(blank=True, max_length=12)),
                ("settled_at", models.DateTimeField(null=True)),
                ("departure", _to("access.departure")),
                ("device", _to("access.device", null=True)),
                ("added_by", _to("access.membership")),
                ("settled_by", _to("access.membership", null=True)),
                ("practice", _practice()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("device__isnull", False)),
                        fields=("practice", "departure", "device"),
                        name="compliance_equipment_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PartnerNotice",
            fields=[
                ("id", _id()),
                ("name", keepwell.vault.fields.SealedField(kind=str, phi=OFFICE)),
                ("due_at", models.DateTimeField()),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                ("how", models.CharField(blank=True, max_length=12)),
                ("told_at", models.DateTimeField(null=True)),
                ("departure", _to("access.departure")),
                ("added_by", _to("access.membership")),
                ("told_by", _to("access.membership", null=True)),
                ("practice", _practice()),
            ],
            options={"abstract": False},
        ),
        Protect("Equipment"),
        Protect("PartnerNotice"),
    ]
