from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"
BACK = "SET ROLE keepwell_custodian; DROP FUNCTION custody.updates(text, integer); RESET ROLE"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_explorer")]
    operations = [migrations.RunSQL((SQL / "updates.sql").read_text(encoding="utf-8"), BACK)]
