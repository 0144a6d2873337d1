from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0020_consents"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["practice", "member", "-made_at"], name="access_notice_all"),
        ),
    ]
