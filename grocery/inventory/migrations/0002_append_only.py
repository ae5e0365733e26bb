"""Movements are only ever added to."""

from django.db import migrations

REFUSE = """
    CREATE FUNCTION inventory_refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'movements are only ever added to; post another one instead'
            USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER inventory_movement_append_only BEFORE UPDATE OR DELETE ON "inventory_movement"
        FOR EACH ROW EXECUTE FUNCTION inventory_refuse_to_rewrite_history();
"""

ALLOW = """
    DROP TRIGGER inventory_movement_append_only ON "inventory_movement";
    DROP FUNCTION inventory_refuse_to_rewrite_history();
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
