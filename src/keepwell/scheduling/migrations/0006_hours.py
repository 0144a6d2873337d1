from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0005_waiting")]
    operations = [migrations.RunSQL((SQL / "hours.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop)]
