from __future__ import annotations

from django.db import migrations

from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("patients", "0004_ready"), ("ledger", "0001_custody")]
    operations = [
        Protect("Thread", subject="whose"),
        Protect("Post", subject="whose"),
        Protect("InboxRules"),
        Protect("CannedReply"),
    ]
