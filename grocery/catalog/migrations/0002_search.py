"""What search reads: two folded forms of the names, kept by PostgreSQL itself, and their indexes."""

from django.db import migrations

# Words of a text as people write them: lower case, NFKC (so decomposed input is the same), the tone mark of
# oa/oe/uy where the older school puts it (hòa, not hoà: both are written), everything but letters and digits a blank.
WORDS = r"""
CREATE FUNCTION public.catalog_words(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT btrim(regexp_replace(
  regexp_replace(
    replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(
      lower(normalize($1, NFKC)),
      'oà', 'òa'), 'oá', 'óa'), 'oả', 'ỏa'), 'oã', 'õa'), 'oạ', 'ọa'),
      'oè', 'òe'), 'oé', 'óe'), 'oẻ', 'ỏe'), 'oẽ', 'õe'), 'oẹ', 'ọe'),
      'uỳ', 'ùy'), 'uý', 'úy'), 'ủy', 'ủy'), 'uỹ', 'ũy'), 'uỵ', 'ụy'),
    '[\u0300-\u036f\u200b-\u200d''’]', '', 'g'),
  '[^[:alnum:]]+', ' ', 'g'))
$$
"""

# The same without marks: sữa → sua, đường → duong. unaccent() is only STABLE because its dictionary could be
# replaced; we name the dictionary and never do. It makes punctuation of some letters (ŉ → 'n), which is cleared away.
FOLD = """
CREATE FUNCTION public.catalog_fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT btrim(regexp_replace(
  replace(lower(public.unaccent('public.unaccent'::regdictionary, public.catalog_words($1))), '''', ''),
  '[^[:alnum:]]+', ' ', 'g'))
$$
"""

EXACT_VECTOR = """
CREATE FUNCTION public.catalog_exact_vector(vi text, en text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT array_to_tsvector(array_remove(string_to_array(public.catalog_words(vi || ' ' || en), ' '), ''))
$$
"""

# Folded words of both names, the tags, and the stems of the English name.
FOLDED_VECTOR = """
CREATE FUNCTION public.catalog_folded_vector(vi text, en text, tags text[]) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT array_to_tsvector(
  array_remove(string_to_array(public.catalog_fold(vi || ' ' || en || ' ' || array_to_string(tags, ' ')), ' '), '')
  || tsvector_to_array(to_tsvector('pg_catalog.english', public.catalog_fold(en))))
$$
"""

# What was typed, as a query; made without the text parser so that words are cut as in the vectors. NULL: no word.
EXACT_QUERY = r"""
CREATE FUNCTION public.catalog_exact_query(typed text, unfinished boolean) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT ('''' || replace(nullif(public.catalog_words(typed), ''), ' ', ''' & ''')
        || CASE WHEN unfinished THEN ''':*' ELSE '''' END)::tsquery
$$
"""

# Each word or its English stem; the last one may be unfinished.
FOLDED_QUERY = r"""
CREATE FUNCTION public.catalog_folded_query(typed text, unfinished boolean) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT string_agg(
  '(''' || word || CASE WHEN unfinished AND place = last THEN ''':*' ELSE '''' END
  || coalesce(' | ''' || nullif((ts_lexize('pg_catalog.english_stem', word))[1], '') || '''', '') || ')',
  ' & ' ORDER BY place)::tsquery
FROM (SELECT word, place, max(place) OVER () AS last
      FROM unnest(string_to_array(nullif(public.catalog_fold(typed), ''), ' ')) WITH ORDINALITY AS w(word, place)) AS each_word
$$
"""

COLUMNS = """
ALTER TABLE catalog_product
  ADD COLUMN search_exact tsvector GENERATED ALWAYS AS (public.catalog_exact_vector(name_vi, name_en)) STORED,
  ADD COLUMN search_folded tsvector GENERATED ALWAYS AS (public.catalog_folded_vector(name_vi, name_en, tags)) STORED
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public", migrations.RunSQL.noop
        ),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public", migrations.RunSQL.noop),
        migrations.RunSQL(WORDS, "DROP FUNCTION public.catalog_words"),
        migrations.RunSQL(FOLD, "DROP FUNCTION public.catalog_fold"),
        migrations.RunSQL(EXACT_VECTOR, "DROP FUNCTION public.catalog_exact_vector"),
        migrations.RunSQL(FOLDED_VECTOR, "DROP FUNCTION public.catalog_folded_vector"),
        migrations.RunSQL(EXACT_QUERY, "DROP FUNCTION public.catalog_exact_query"),
        migrations.RunSQL(FOLDED_QUERY, "DROP FUNCTION public.catalog_folded_query"),
        migrations.RunSQL(
            COLUMNS, "ALTER TABLE catalog_product DROP COLUMN search_exact, DROP COLUMN search_folded"
        ),
        migrations.RunSQL(
            "CREATE INDEX product_search_exact ON catalog_product USING gin (search_exact) WITH (fastupdate = off)",
            "DROP INDEX product_search_exact",
        ),
        migrations.RunSQL(
            "CREATE INDEX product_search_folded ON catalog_product USING gin (search_folded) WITH (fastupdate = off)",
            "DROP INDEX product_search_folded",
        ),
        migrations.RunSQL(
            "CREATE INDEX known_word_alike ON catalog_knownword USING gin (word public.gin_trgm_ops)",
            "DROP INDEX known_word_alike",
        ),
    ]
