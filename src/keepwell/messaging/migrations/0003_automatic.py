from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0002_protect"),
    ]

    operations = [
        migrations.AddField(
            model_name="inboxrules",
            name="closed_from",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="inboxrules",
            name="opens_on",
            field=models.DateField(null=True),
        ),
    ]
