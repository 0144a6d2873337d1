from __future__ import annotations

from django.db import migrations

from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [("practices", "0001_initial"), ("ledger", "0001_custody")]
    operations = [Protect("Practice", subject="id")]
