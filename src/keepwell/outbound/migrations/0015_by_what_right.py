from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0024_sso"),
        ("outbound", "0014_automatic"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="right",
            field=models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="message",
            name="authorization",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="access.authorization",
            ),
        ),
        Protect("Message", subject="whose"),
    ]
