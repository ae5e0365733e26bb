"""The clock of the catalogue."""

from __future__ import annotations

from celery import shared_task

from grocery.catalog import public as catalog
from grocery.kernel import clock


@shared_task(name="catalog.forget_old_sales", ignore_result=True)
def forget_old_sales() -> None:
    """Every hour: let the seven days that count as popular move on."""
    catalog.forget_old_sales(now=clock.now())
