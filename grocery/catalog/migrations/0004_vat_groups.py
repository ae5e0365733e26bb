"""A product's VAT rate becomes its group; each group's rate is dated.

5, 8, 10 and 0 % are the law's groups. Any other rate that a shop had written down becomes a group of its own with
that rate, so that nothing is taxed differently by this step.
"""

import django.db.models.deletion
import grocery.kernel.ids
from django.db import migrations, models

_GROUPS = """
    INSERT INTO "catalog_vatgroup" (code, name_en, name_vi, position) VALUES
        ('fresh', 'Fresh food, 5%', 'Thực phẩm tươi sống, 5%', 0),
        ('reduced', 'General, lowered to 8% through 2026', 'Phổ thông, giảm còn 8% đến hết 2026', 1),
        ('standard', 'General, never lowered, 10%', 'Phổ thông, không được giảm, 10%', 2),
        ('none', 'No VAT', 'Không chịu thuế', 3);
    INSERT INTO "catalog_vatrate" (id, group_id, starts_on, rate) VALUES
        (gen_random_uuid(), 'fresh', '2000-01-01', 5),
        (gen_random_uuid(), 'reduced', '2000-01-01', 10),
        (gen_random_uuid(), 'reduced', '2025-07-01', 8),
        (gen_random_uuid(), 'reduced', '2027-01-01', 10),
        (gen_random_uuid(), 'standard', '2000-01-01', 10),
        (gen_random_uuid(), 'none', '2000-01-01', 0);
"""
_OTHERS = """
    WITH other AS (
        SELECT DISTINCT vat_rate AS rate, 'rate-' || replace(trim_scale(vat_rate)::text, '.', '-') AS code
        FROM "catalog_product" WHERE vat_rate NOT IN (0, 5, 8, 10)
    ), made AS (
        INSERT INTO "catalog_vatgroup" (code, name_en, name_vi, position)
        SELECT code, 'VAT ' || trim_scale(rate) || '%', 'VAT ' || trim_scale(rate) || '%', 9 FROM other
    )
    INSERT INTO "catalog_vatrate" (id, group_id, starts_on, rate)
    SELECT gen_random_uuid(), code, '2000-01-01', rate FROM other;
"""
_FILL = """
    UPDATE "catalog_product" SET vat_group_id = CASE vat_rate
        WHEN 5 THEN 'fresh' WHEN 8 THEN 'reduced' WHEN 10 THEN 'standard' WHEN 0 THEN 'none'
        ELSE 'rate-' || replace(trim_scale(vat_rate)::text, '.', '-') END;
"""
_BACK = """
    UPDATE "catalog_product" p SET vat_rate = (
        SELECT rate FROM "catalog_vatrate" r WHERE r.group_id = p.vat_group_id AND starts_on <= current_date
        ORDER BY starts_on DESC LIMIT 1);
"""
#: Foreign keys are checked here, not at the end: a table with checks to come cannot be altered.
_NOW = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"
_REFUSE = """
    CREATE FUNCTION catalog_refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'what was changed is only ever added to' USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER catalog_vatratechange_append_only BEFORE UPDATE OR DELETE ON "catalog_vatratechange"
        FOR EACH ROW EXECUTE FUNCTION catalog_refuse_to_rewrite_history();
"""
_ALLOW = """
    DROP TRIGGER catalog_vatratechange_append_only ON "catalog_vatratechange";
    DROP FUNCTION catalog_refuse_to_rewrite_history();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_allergens_and_limits")]

    operations = [
        migrations.CreateModel(
            name='VatGroup',
            fields=[
                ('code', models.SlugField(max_length=24, primary_key=True, serialize=False, verbose_name='code')),
                ('name_en', models.CharField(max_length=120, verbose_name='English name')),
                ('name_vi', models.CharField(max_length=120, verbose_name='Vietnamese name')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'verbose_name': 'VAT group',
                'verbose_name_plural': 'VAT groups',
                'ordering': ['position', 'code'],
            },
        ),
        migrations.CreateModel(
            name='VatRate',
            fields=[
                ('id', models.UUIDField(default=grocery.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('starts_on', models.DateField(help_text='on the calendar of Việt Nam', verbose_name='from')),
                ('rate', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='VAT, %')),
            ],
            options={
                'verbose_name': 'VAT rate',
                'verbose_name_plural': 'VAT rates',
                'ordering': ['group', '-starts_on'],
            },
        ),
        migrations.CreateModel(
            name='VatRateChange',
            fields=[
                ('id', models.UUIDField(default=grocery.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('starts_on', models.DateField(verbose_name='from')),
                ('old', models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='old rate, %')),
                ('new', models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='new rate, %')),
                ('by', models.UUIDField(null=True, verbose_name='by')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'change of a VAT rate',
                'verbose_name_plural': 'changes of VAT rates',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.AddField(
            model_name='vatrate',
            name='group',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rates', to='catalog.vatgroup', verbose_name='group'),
        ),
        migrations.AddField(
            model_name='vatratechange',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='catalog.vatgroup', verbose_name='group'),
        ),
        migrations.AddConstraint(
            model_name='vatrate',
            constraint=models.UniqueConstraint(fields=('group', 'starts_on'), name='vat_rate_once_per_day'),
        ),
        migrations.AddConstraint(
            model_name='vatrate',
            constraint=models.CheckConstraint(condition=models.Q(('rate__gte', 0), ('rate__lte', 100)), name='vat_rate_percent'),
        ),
        migrations.RunSQL(_GROUPS + _OTHERS + _NOW, migrations.RunSQL.noop),
        migrations.AddField(
            model_name='product',
            name='vat_group',
            field=models.ForeignKey(db_index=False, default='reduced', on_delete=django.db.models.deletion.PROTECT, related_name='products', to='catalog.vatgroup', verbose_name='VAT'),
        ),
        migrations.RunSQL(_FILL + _NOW, _BACK),
        migrations.RemoveConstraint(
            model_name='product',
            name='product_vat_percent',
        ),
        migrations.RemoveField(
            model_name='product',
            name='vat_rate',
        ),
        migrations.RunSQL(_REFUSE, _ALLOW),
    ]
