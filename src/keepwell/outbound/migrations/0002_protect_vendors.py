from __future__ import annotations

from django.db import migrations

from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [("outbound", "0001_vendors"), ("access", "0002_protect"), ("ledger", "0001_custody")]
    operations = [
        Protect("Vendor"),
        Protect("VendorService"),
        Protect("Paper"),
        Protect("Assurance"),
        Protect("Subcontractor"),
        Protect("VettingAnswer"),
        Protect("Agreement"),
        Protect("Coverage"),
        Protect("ClauseCheck"),
    ]
