from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0022_single"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="setup",
            name="hosting_agreement",
        ),
        migrations.RemoveField(
            model_name="setup",
            name="hosting_ends_on",
        ),
        migrations.RemoveField(
            model_name="setup",
            name="hosting_vendor",
        ),
    ]
