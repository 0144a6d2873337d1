from __future__ import annotations

from typing import Any

from django.db import migrations

from keepwell.ledger import house, install


def make_house(apps: Any, schema_editor: Any) -> None:
    install.install(schema_editor.connection.connection, house.root())


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_custody")]
    operations = [migrations.RunPython(make_house, migrations.RunPython.noop)]
