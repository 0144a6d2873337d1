from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel(
            "Extra",
            [("id", models.BigAutoField(primary_key=True)), ("said", models.CharField(max_length=20))],
        )
    ]
