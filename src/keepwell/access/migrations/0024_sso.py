from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import keepwell.base.ids
import keepwell.practices.presence
from keepwell.practices.tenancy import Protect

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0023_hosting_is_in_the_register"),
        ("practices", "0002_protect"),
    ]

    operations = [
        migrations.CreateModel(
            name="IdentityProvider",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("label", models.CharField(max_length=60)),
                ("issuer", models.CharField(max_length=300)),
                ("client", models.CharField(max_length=200)),
                ("sealed", models.CharField(max_length=2000)),
                ("roles", models.JSONField(default=list)),
                ("trusts", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
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
                        condition=models.Q(("ended_at", None)),
                        fields=("practice",),
                        name="access_identity_provider_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IdentityLink",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mac", models.BinaryField()),
                ("bound_at", models.DateTimeField(auto_now_add=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.person"
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
                    "provider",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.identityprovider",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "mac"), name="access_identity_link_once"),
                    models.UniqueConstraint(fields=("provider", "person"), name="access_identity_person_once"),
                ],
            },
        ),
        Protect("IdentityProvider", subject="practice_id"),
        Protect("IdentityLink", subject="person_id"),
        migrations.RunSQL((SQL / "sso.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
