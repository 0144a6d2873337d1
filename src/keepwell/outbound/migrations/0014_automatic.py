from __future__ import annotations

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0024_sso"),
        ("outbound", "0013_no_connector"),
        ("patients", "0005_calls"),
        ("practices", "0002_protect"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="message",
            name="outbound_message_whose",
        ),
        migrations.AddField(
            model_name="message",
            name="mark",
            field=models.BinaryField(null=True),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("mark__isnull", False)),
                fields=["practice", "mark", "asked_at"],
                name="outbound_message_mark",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "whose",
                        django.db.models.functions.comparison.Coalesce(
                            models.F("patient"), models.F("member"), models.F("id")
                        ),
                    )
                ),
                name="outbound_message_whose",
            ),
        ),
    ]
