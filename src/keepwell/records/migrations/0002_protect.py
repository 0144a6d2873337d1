from __future__ import annotations

from django.db import migrations

from keepwell.practices.tenancy import Protect

TABLES = ("clinicalresource", "financialresource", "part2resource")


def out_of_line(table: str) -> str:
    """Ciphertext does not compress: bodies are stored as they are, beside the row, so that heads are read quickly."""
    return f"ALTER TABLE records_{table} ALTER COLUMN body SET STORAGE EXTERNAL"


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial"), ("patients", "0002_protect")]
    operations = [
        Protect("ClinicalResource"),
        Protect("FinancialResource"),
        Protect("Part2Resource"),
        *(migrations.RunSQL(out_of_line(table), migrations.RunSQL.noop) for table in TABLES),
    ]
