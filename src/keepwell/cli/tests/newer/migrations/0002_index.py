from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("newer", "0001_initial")]
    operations = [migrations.RunSQL("CREATE INDEX newer_said ON newer_extra (said)", "DROP INDEX newer_said")]
