"""What is marked down is a pool of its own: lots say so themselves, promises say at which price they were made."""

from django.db import migrations, models

STANDING = """
    UPDATE "inventory_lot" lot SET percent_off = standing.percent
    FROM "inventory_markdown" standing WHERE standing.lot_id = lot.id AND standing.ended_at IS NULL
"""

class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0012_imports'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='allocation',
            name='one_allocation_per_reservation_and_lot',
        ),
        migrations.AddField(
            model_name='allocation',
            name='percent_off',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='percent off'),
        ),
        migrations.AddField(
            model_name='lot',
            name='percent_off',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='percent off'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.UniqueConstraint(fields=('reservation', 'lot', 'percent_off'), name='one_allocation_per_lot_and_price', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(('percent_off', None), models.Q(('percent_off__gte', 1), ('percent_off__lte', 90)), _connector='OR'), name='lot_leaves_a_price'),
        ),
        migrations.RunSQL(STANDING, migrations.RunSQL.noop),
    ]
