from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """How an agency asked to be left out of an accounting; what stands there already was asked for in writing."""

    dependencies = [
        ("privacy", "0003_always_said"),
    ]

    operations = [
        migrations.AddField(
            model_name="disclosure",
            name="withheld_asked",
            field=models.CharField(
                blank=True, choices=[("written", "written"), ("oral", "oral")], default="", max_length=8
            ),
            preserve_default=False,
        ),
    ]
