from __future__ import annotations

from django.db import migrations

from keepwell.practices.tenancy import Protect


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial"), ("ledger", "0001_custody"), ("practices", "0002_protect")]
    operations = [
        Protect("Patient", subject="id"),
        Protect("ContactPoint", subject="patient_id"),
        Protect("Address", subject="patient_id"),
        Protect("Coverage", subject="patient_id"),
        Protect("RelatedPerson", subject="patient_id"),
    ]
