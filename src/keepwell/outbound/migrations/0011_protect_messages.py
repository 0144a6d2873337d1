from __future__ import annotations

from django.db import migrations

from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [("outbound", "0010_messages"), ("outbound", "0003_pauses"), ("patients", "0002_protect")]
    operations = [
        Protect("Message", subject="whose"),
        Protect("Connection"),
        Protect("Sender"),
        Protect("Detail"),
        Protect("ConfirmedNumber"),
        Protect("Heard"),
    ]
