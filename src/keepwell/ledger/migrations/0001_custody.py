from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    operations = [migrations.RunSQL((SQL / "custody.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop)]
