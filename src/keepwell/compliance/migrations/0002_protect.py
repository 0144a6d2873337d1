from __future__ import annotations

from django.db import migrations

from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [("compliance", "0001_initial")]
    operations = [Protect("LogExport")]
