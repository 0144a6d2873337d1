from __future__ import annotations

from django.db import migrations

from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial"), ("patients", "0002_protect"), ("access", "0006_notice")]
    operations = [Protect("Task", subject="whose"), Protect("TaskComment", subject="whose")]
