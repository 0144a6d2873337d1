from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import keepwell.base.ids
from keepwell.practices.tenancy import ProtectShared


class Migration(migrations.Migration):
    dependencies = [("access", "0008_roles")]
    operations = [
        migrations.CreateModel(
            name="Passkey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sealed", models.TextField()),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("used_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        ProtectShared("Passkey", subject="person_id"),
    ]
