from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0021_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="signinrules",
            name="single",
            field=models.JSONField(default=list),
        ),
    ]
