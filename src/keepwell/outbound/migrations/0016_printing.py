from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Letters know with which others they were printed, and when: until somebody posts them they can be printed again."""

    dependencies = [
        ("outbound", "0015_by_what_right"),
    ]

    operations = [
        migrations.AddField(model_name="message", name="batch", field=models.UUIDField(null=True)),
        migrations.AddField(model_name="message", name="printed_at", field=models.DateTimeField(null=True)),
    ]
