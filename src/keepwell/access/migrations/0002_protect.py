from __future__ import annotations

from django.db import migrations

from keepwell.practices.tenancy import Protect, ProtectShared


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("ledger", "0001_custody"), ("practices", "0002_protect")]
    operations = [
        Protect("Membership", subject="id"),
        Protect("CareTeam"),
        Protect("CareTeamMember"),
        Protect("CareRelation", subject="patient_id"),
        Protect("Restriction", subject="patient_id"),
        ProtectShared("Person", subject="id"),
    ]
