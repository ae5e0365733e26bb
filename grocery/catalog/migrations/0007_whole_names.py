"""Search knows whole names, their words in any order, and writes contents in one way: 1 lít, 1 litre and 1L are 1l."""

from django.db import migrations

# As in 0002, and what a number of units is: one word, the unit in short.
WORDS = r"""
CREATE OR REPLACE FUNCTION public.catalog_words(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT regexp_replace(regexp_replace(regexp_replace(btrim(regexp_replace(
  regexp_replace(
    replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(
      lower(normalize($1, NFKC)),
      'oà', 'òa'), 'oá', 'óa'), 'oả', 'ỏa'), 'oã', 'õa'), 'oạ', 'ọa'),
      'oè', 'òe'), 'oé', 'óe'), 'oẻ', 'ỏe'), 'oẽ', 'õe'), 'oẹ', 'ọe'),
      'uỳ', 'ùy'), 'uý', 'úy'), 'ủy', 'ủy'), 'uỹ', 'ũy'), 'uỵ', 'ụy'),
    '[\u0300-\u036f\u200b-\u200d''’]', '', 'g'),
  '[^[:alnum:]]+', ' ', 'g')),
  '(\d) ?(?:lít|lit|litres?|liters?)\M', '\1l', 'g'),
  '(\d) ?(?:gr|gam|grams?)\M', '\1g', 'g'),
  '(\d) (kg|g|mg|l|ml|cl|oz|lb)\M', '\1\2', 'g')
$$
"""

# A whole name is one more word of it: '=' and its words in the order of the alphabet, the same however they stand.
WHOLE = """
CREATE FUNCTION public.catalog_whole(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT '=' || left(string_agg(word, ' ' ORDER BY word COLLATE "C"), 500)
FROM (SELECT DISTINCT unnest(string_to_array(nullif(words, ''), ' ')) AS word) AS each_word
$$
"""

EXACT_VECTOR = """
CREATE OR REPLACE FUNCTION public.catalog_exact_vector(vi text, en text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT array_to_tsvector(array_remove(array_remove(
  string_to_array(public.catalog_words(vi || ' ' || en), ' ')
  || public.catalog_whole(public.catalog_words(vi)) || public.catalog_whole(public.catalog_words(en)), ''), NULL))
$$
"""

FOLDED_VECTOR = """
CREATE OR REPLACE FUNCTION public.catalog_folded_vector(vi text, en text, tags text[]) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT array_to_tsvector(array_remove(array_remove(
  string_to_array(public.catalog_fold(vi || ' ' || en || ' ' || array_to_string(tags, ' ')), ' ')
  || public.catalog_whole(public.catalog_fold(vi)) || public.catalog_whole(public.catalog_fold(en)), ''), NULL)
  || tsvector_to_array(to_tsvector('pg_catalog.english', public.catalog_fold(en))))
$$
"""

# The old vectors went with the old functions: PostgreSQL computes stored columns anew only where they are new.
OLD_COLUMNS = "ALTER TABLE catalog_product DROP COLUMN search_exact, DROP COLUMN search_folded"
COLUMNS = """
ALTER TABLE catalog_product
  ADD COLUMN search_exact tsvector GENERATED ALWAYS AS (public.catalog_exact_vector(name_vi, name_en)) STORED,
  ADD COLUMN search_folded tsvector GENERATED ALWAYS AS (public.catalog_folded_vector(name_vi, name_en, tags)) STORED
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
    dependencies = [("catalog", "0006_piece_weight")]

    operations = [
        migrations.RunSQL(statement)
        for statement in (OLD_COLUMNS, WORDS, WHOLE, EXACT_VECTOR, FOLDED_VECTOR, COLUMNS, *INDEXES, LEARN, "ANALYZE catalog_product")
    ]
