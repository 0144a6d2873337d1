from __future__ import annotations

from django.db import migrations, models

UNSAID = """
ALTER TABLE privacy_disclosure DISABLE TRIGGER USER;
ALTER TABLE privacy_disclosure NO FORCE ROW LEVEL SECURITY;
UPDATE privacy_disclosure SET "right" = 'mistake' WHERE "right" = 'unsaid';
ALTER TABLE privacy_disclosure FORCE ROW LEVEL SECURITY;
ALTER TABLE privacy_disclosure ENABLE TRIGGER USER;
"""
"""A fax for which nobody said a right: without one no rule allowed it, so it is accounted for as that."""


class Migration(migrations.Migration):
    """No fax leaves any more without a right that somebody named."""

    dependencies = [
        ("privacy", "0002_unsaid"),
    ]

    operations = [
        migrations.RunSQL(UNSAID, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="disclosure",
            name="right",
            field=models.CharField(
                choices=[
                    ("treatment", "Treatment"),
                    ("payment", "Payment"),
                    ("operations", "Operations"),
                    ("individual", "Individual"),
                    ("authorization", "Authorization"),
                    ("involved", "Involved"),
                    ("incidental", "Incidental"),
                    ("limited_set", "Limited Set"),
                    ("law", "Law"),
                    ("public_health", "Public Health"),
                    ("abuse", "Abuse"),
                    ("oversight", "Oversight"),
                    ("court", "Court"),
                    ("law_enforcement", "Law Enforcement"),
                    ("decedent", "Decedent"),
                    ("organs", "Organs"),
                    ("research", "Research"),
                    ("threat", "Threat"),
                    ("government", "Government"),
                    ("national_security", "National Security"),
                    ("custody", "Custody"),
                    ("workers_comp", "Workers Comp"),
                    ("hhs", "Hhs"),
                    ("mistake", "Mistake"),
                ],
                max_length=20,
            ),
        ),
    ]
