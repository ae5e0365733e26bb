"""Taking of a hot item's buckets: all that is asked for, or nothing is taken and nothing stays locked.

A function, because only a subtransaction lets go of row locks, and here it costs no round trip. A bucket that somebody
emptied since our snapshot is locked before PostgreSQL finds that it no longer fits; kept, such a lock would let
two buyers wait in a circle.
"""

from django.db import migrations

MAKE = """
    CREATE FUNCTION inventory_take_of_buckets(lots uuid[], quantities numeric[]) RETURNS boolean LANGUAGE plpgsql AS $$
    DECLARE took integer;
    BEGIN
        WITH part AS (SELECT * FROM unnest(lots, quantities) AS part(lot, quantity)),
        found AS MATERIALIZED (
            SELECT bucket.id, part.quantity
            FROM part CROSS JOIN LATERAL (
                SELECT one.id FROM "inventory_bucket" one
                WHERE one.lot_id = part.lot AND one.free >= part.quantity
                ORDER BY one.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
            ) bucket
        )
        UPDATE "inventory_bucket" bucket SET free = free - found.quantity, taken = taken + found.quantity
        FROM found WHERE bucket.id = found.id;
        GET DIAGNOSTICS took = ROW_COUNT;
        IF took < cardinality(lots) THEN
            RAISE EXCEPTION 'not every lot has such a bucket' USING ERRCODE = 'no_data_found';
        END IF;
        RETURN TRUE;
    EXCEPTION WHEN no_data_found THEN
        RETURN FALSE;
    END $$;
"""

DROP = "DROP FUNCTION inventory_take_of_buckets(uuid[], numeric[])"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0008_counts")]

    operations = [migrations.RunSQL(MAKE, DROP)]
