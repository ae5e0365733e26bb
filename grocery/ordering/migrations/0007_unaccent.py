from django.db import migrations


class Migration(migrations.Migration):
    """Product names in old orders are found with or without their marks."""

    dependencies = [("ordering", "0006_substitutions")]

    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public", migrations.RunSQL.noop),
    ]
