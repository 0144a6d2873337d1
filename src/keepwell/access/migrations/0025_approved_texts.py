from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0024_sso"),
    ]

    operations = [
        migrations.AddField(model_name="consenttext", name="worded_by", field=models.UUIDField(null=True)),
        migrations.AddField(model_name="consenttext", name="approved_by", field=models.UUIDField(null=True)),
        migrations.AddField(model_name="consenttext", name="approved_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="consenttext", name="alone", field=models.CharField(blank=True, default="", max_length=8)
        ),
        migrations.RunSQL((SQL / "approved_texts.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
