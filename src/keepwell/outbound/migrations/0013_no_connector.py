from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """Which connector reaches a service stands with its connection; this column was read by nobody."""

    dependencies = [
        ("outbound", "0012_webhooks"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="vendorservice",
            name="connector",
        ),
    ]
