from __future__ import annotations

from pathlib import Path

from django.db import migrations

from keepwell.practices.tenancy import Protect

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("scheduling", "0001_initial"),
        ("patients", "0002_protect"),
        ("access", "0002_protect"),
        ("ledger", "0001_custody"),
    ]
    operations = [
        Protect("HealthcareService"),
        Protect("Offering"),
        Protect("License"),
        Protect("Schedule"),
        Protect("WeeklyHours", rights="SELECT, INSERT, UPDATE, DELETE"),
        Protect("DayException"),
        Protect("Slot"),
        Protect("Appointment", subject="patient_id"),
        migrations.RunSQL((SQL / "never_two.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "free.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
