from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Staff find orders by part of a name or phone number."""

    dependencies = [("ordering", "0001_initial")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(
            """
            CREATE INDEX order_recipient_or_phone ON ordering_order
            USING gin (upper(recipient::text) gin_trgm_ops, phone gin_trgm_ops)
            """,
            "DROP INDEX order_recipient_or_phone",
        ),
    ]
