from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"
BACK = """
SET ROLE keepwell_custodian;
DROP FUNCTION custody.sessions_on(uuid, integer);
DROP INDEX custody.entry_device, custody.entry_part2, custody.entry_psychotherapy, custody.entry_amiss,
  custody.entry_purpose, custody.entry_verb, custody.entry_kind;
DROP FUNCTION custody.device_of(text);
RESET ROLE
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_bulk")]
    operations = [migrations.RunSQL((SQL / "explorer.sql").read_text(encoding="utf-8"), BACK)]
