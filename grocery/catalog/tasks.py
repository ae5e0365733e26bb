"""The clock of the catalogue."""

from __future__ import annotations

from celery import shared_task

from grocery.catalog import public as catalog
from grocery.kernel import clock


@shared_task(name="catalog.draw_pictures", ignore_result=True)
def draw_pictures() -> None:
    """Pictures that were uploaded or named are fetched and drawn; every ten seconds."""
    catalog.draw_pictures(now=clock.now())


@shared_task(name="catalog.sweep_pictures", ignore_result=True)
def sweep_pictures() -> None:
    """Files of pictures that nothing shows any more are forgotten; every night."""
    catalog.sweep_pictures(now=clock.now())


@shared_task(name="catalog.forget_old_sales", ignore_result=True)
def forget_old_sales() -> None:
    """Every hour: let the seven days that count as popular move on."""
    catalog.forget_old_sales(now=clock.now())


@shared_task(name="catalog.work_on_imports", ignore_result=True)
def work_on_imports() -> None:
    """Every two seconds: take up the import that has waited longest, and bring it to its end; one at a time."""
    catalog.work_on_imports(clock=clock.now)


@shared_task(name="catalog.forget_old_imports", ignore_result=True)
def forget_old_imports() -> None:
    """Every day: files of imports and what became of their rows are kept for a month."""
    catalog.forget_old_imports(now=clock.now())


@shared_task(name="catalog.apply_due_prices", ignore_result=True)
def apply_due_prices() -> None:
    """Every minute: planned prices whose moment has come are in force."""
    catalog.apply_due_prices(now=clock.now())
