"""Groups of search terms that mean the same, and the history of their changes."""

import django.contrib.postgres.fields
import django.db.models.deletion
import grocery.kernel.ids
from django.db import migrations, models

#: A group has 2 to 12 terms; a term is one to five words.
_GUARDS = r"""
    ALTER TABLE "catalog_termgroup"
        ADD CONSTRAINT term_group_size CHECK (
            cardinality(vi) + cardinality(en) + cardinality(common) + cardinality(typed) BETWEEN 2 AND 12
            AND cardinality(vi) + cardinality(en) + cardinality(common) > 0),
        ADD CONSTRAINT term_group_words CHECK (
            array_to_string(vi || en || common || typed, ',')
            ~ '^[^\s,]+( [^\s,]+){0,4}(,[^\s,]+( [^\s,]+){0,4})*$'
            AND array_to_string(vi || en || common || typed, '') !~ ',');
    CREATE TRIGGER catalog_termchange_append_only BEFORE UPDATE OR DELETE ON "catalog_termchange"
        FOR EACH ROW EXECUTE FUNCTION catalog_refuse_to_rewrite_history();
"""
_UNGUARDED = """
    DROP TRIGGER catalog_termchange_append_only ON "catalog_termchange";
    ALTER TABLE "catalog_termgroup" DROP CONSTRAINT term_group_size, DROP CONSTRAINT term_group_words;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_whole_names'),
    ]

    operations = [
        migrations.CreateModel(
            name='TermGroup',
            fields=[
                ('id', models.UUIDField(default=grocery.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(editable=False, max_length=60, null=True, unique=True)),
                ('vi', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='Vietnamese')),
                ('en', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='English')),
                ('common', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='the same in both languages')),
                ('typed', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, help_text='Brands used as words, and broad words: who types them finds the group, not the reverse.', size=None, verbose_name='only typed')),
                ('is_active', models.BooleanField(default=True, verbose_name='search follows it')),
                ('edition', models.UUIDField(default=grocery.kernel.ids.new_id, editable=False)),
                ('changed_at', models.DateTimeField(editable=False, null=True, verbose_name='changed at')),
                ('changed_by', models.UUIDField(editable=False, null=True, verbose_name='by')),
            ],
            options={
                'verbose_name': 'group of search terms',
                'verbose_name_plural': 'search terms',
                'ordering': ['-changed_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='TermChange',
            fields=[
                ('id', models.UUIDField(default=grocery.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('old', models.CharField(max_length=1000, verbose_name='before')),
                ('new', models.CharField(max_length=1000, verbose_name='after')),
                ('by', models.UUIDField(null=True, verbose_name='by')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='catalog.termgroup', verbose_name='group')),
            ],
            options={
                'verbose_name': 'change of search terms',
                'verbose_name_plural': 'changes of search terms',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.RunSQL(_GUARDS, _UNGUARDED),
    ]
