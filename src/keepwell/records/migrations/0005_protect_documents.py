from __future__ import annotations

from django.db import migrations

from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [("records", "0004_documents")]
    operations = [Protect("Document", subject="whose")]
