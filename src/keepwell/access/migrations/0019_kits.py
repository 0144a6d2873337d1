from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import keepwell.base.ids
import keepwell.practices.presence
from keepwell.practices.tenancy import Protect

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0018_recovery"),
        ("practices", "0002_protect"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecoveryKit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mac", models.BinaryField(unique=True)),
                ("asked", models.SmallIntegerField()),
                ("piece", models.BinaryField(default=bytes)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("spent_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
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
                    "made_by",
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
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False), ("ended_at", None)),
                        fields=("practice",),
                        name="access_kit_once",
                    )
                ],
            },
        ),
        Protect("RecoveryKit", subject="practice_id"),
        migrations.RunSQL((SQL / "kits.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="recovery",
            name="first",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="access.membership",
            ),
        ),
        migrations.AddField(
            model_name="recovery",
            name="kit",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="access.recoverykit",
            ),
        ),
        Protect("Recovery", subject="member_id"),
    ]
