"""Brands, and search that knows them and what is in a pack: "sua 1l" finds Sữa tươi with a net content of 1,000 ml."""

import django.db.models.deletion
from django.db import migrations, models

# One key over both columns: a product never bears a name that its brand does not have, and a brand that is renamed
# renames its products in the same statement, generated columns included.
_SAME_NAME = """
    ALTER TABLE "catalog_product" ADD CONSTRAINT product_bears_its_brand
        FOREIGN KEY (brand_id, brand_name) REFERENCES "catalog_brand" (slug, name) MATCH FULL ON UPDATE CASCADE
"""

# What is in the pack as people type it: 1000 ml are 1000ml and 1l. Only what is whole: 1.5l would read 1 and 5l.
CONTENTS = r"""
CREATE FUNCTION public.catalog_contents(net numeric, unit text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN net % 1 = 0 AND unit IN ('g', 'ml') THEN trunc(net)::text || unit
    || CASE WHEN net % 1000 = 0 THEN ' ' || trunc(net / 1000)::text || CASE unit WHEN 'g' THEN 'kg' ELSE 'l' END ELSE '' END
  ELSE '' END
$$
"""

# As in 0007, and words beside the names: of the brand, of the contents.
EXACT_VECTOR = """
CREATE FUNCTION public.catalog_exact_vector(vi text, en text, beside text DEFAULT '') RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT array_to_tsvector(array_remove(array_remove(
  string_to_array(public.catalog_words(vi || ' ' || en || ' ' || beside), ' ')
  || public.catalog_whole(public.catalog_words(vi)) || public.catalog_whole(public.catalog_words(en)), ''), NULL))
$$
"""
FOLDED_VECTOR = """
CREATE FUNCTION public.catalog_folded_vector(vi text, en text, tags text[], beside text DEFAULT '') RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT array_to_tsvector(array_remove(array_remove(
  string_to_array(public.catalog_fold(vi || ' ' || en || ' ' || array_to_string(tags, ' ') || ' ' || beside), ' ')
  || public.catalog_whole(public.catalog_fold(vi)) || public.catalog_whole(public.catalog_fold(en)), ''), NULL)
  || tsvector_to_array(to_tsvector('pg_catalog.english', public.catalog_fold(en))))
$$
"""

OLD_COLUMNS = "ALTER TABLE catalog_product DROP COLUMN search_exact, DROP COLUMN search_folded"
OLD_FUNCTIONS = (
    "DROP FUNCTION public.catalog_exact_vector(text, text)",
    "DROP FUNCTION public.catalog_folded_vector(text, text, text[])",
)
_BESIDE = "coalesce(brand_name, '') || ' ' || public.catalog_contents(net_content, net_unit)"
COLUMNS = f"""
ALTER TABLE catalog_product
  ADD COLUMN search_exact tsvector
    GENERATED ALWAYS AS (public.catalog_exact_vector(name_vi, name_en, {_BESIDE})) STORED,
  ADD COLUMN search_folded tsvector
    GENERATED ALWAYS AS (public.catalog_folded_vector(name_vi, name_en, tags, {_BESIDE})) STORED
"""
INDEXES = (
    "CREATE INDEX product_search_exact ON catalog_product USING gin (search_exact) WITH (fastupdate = off)",
    "CREATE INDEX product_search_folded ON catalog_product USING gin (search_folded) WITH (fastupdate = off)",
)
LEARN = """
INSERT INTO catalog_knownword (word)
SELECT DISTINCT word FROM catalog_product p, unnest(tsvector_to_array(p.search_folded)) AS word
WHERE length(word) BETWEEN 2 AND 64 AND word NOT LIKE '=%' ORDER BY word ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0008_search_terms'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='brand_name',
            field=models.CharField(editable=False, max_length=60, null=True),
        ),
        migrations.CreateModel(
            name='Brand',
            fields=[
                ('slug', models.SlugField(editable=False, max_length=60, primary_key=True, serialize=False, verbose_name='slug')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
            ],
            options={
                'verbose_name': 'brand',
                'verbose_name_plural': 'brands',
                'ordering': ['name', 'slug'],
                'constraints': [models.UniqueConstraint(fields=('slug', 'name'), name='brand_as_products_bear_it')],
            },
        ),
        migrations.AddField(
            model_name='product',
            name='brand',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='products', to='catalog.brand', verbose_name='brand'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('brand', None), _negated=True), fields=['brand', 'brand_name'], name='product_of_brand'),
        ),
        migrations.RunSQL(_SAME_NAME),
        *(
            migrations.RunSQL(statement)
            for statement in (OLD_COLUMNS, *OLD_FUNCTIONS, CONTENTS, EXACT_VECTOR, FOLDED_VECTOR, COLUMNS, *INDEXES, LEARN, "ANALYZE catalog_product")
        ),
    ]
