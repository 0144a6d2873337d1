from __future__ import annotations

from django.db import migrations

MAKE = """
CREATE TRIGGER practice_ready BEFORE INSERT ON patients_patient
FOR EACH STATEMENT EXECUTE FUNCTION custody.require_ready()"""


class Migration(migrations.Migration):
    dependencies = [("patients", "0003_lists"), ("access", "0016_setup")]
    operations = [migrations.RunSQL(MAKE, "DROP TRIGGER practice_ready ON patients_patient")]
