"""Lists by unit price and by freshness walk an index, too; the newest of one category as well."""

from django.db import migrations, models

#: As `policies.unit_price`: half up, to 100 ₫ from 1.000 ₫ on; NULL where one price says it all.
_UNIT_PRICE = """
CREATE FUNCTION public.catalog_unit_price(price bigint, unit text, net numeric, net_unit text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN unit IN ('kg', 'l') THEN price
            WHEN exact >= 1000 THEN round(exact, -2)::bigint ELSE round(exact)::bigint END
FROM (SELECT CASE WHEN net_unit IN ('g', 'ml') THEN price * 1000 / net
                  WHEN net_unit = 'piece' AND net <> 1 THEN price / net END AS exact) AS divided
$$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0010_imports'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='listing',
            name='listing_expiring',
        ),
        migrations.RunSQL(
            _UNIT_PRICE, "DROP FUNCTION public.catalog_unit_price(bigint, text, numeric, text)"
        ),
        migrations.AddField(
            model_name='product',
            name='unit_price',
            field=models.GeneratedField(db_persist=True, expression=models.Func('price', 'unit', 'net_content', 'net_unit', function='public.catalog_unit_price'), output_field=models.BigIntegerField(null=True), verbose_name='unit price, ₫'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('earliest_expiry__isnull', False)), fields=['store_id', 'earliest_expiry', 'sku'], include=('in_stock',), name='listing_by_expiry'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('is_active', True)), fields=['unit_price', 'sku'], name='product_unit_price'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('is_active', True)), fields=['category', 'unit_price', 'sku'], name='product_cat_unit_price'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('is_active', True)), fields=['category', '-created_at', 'sku'], name='product_cat_newest'),
        ),
    ]
