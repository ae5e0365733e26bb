"""Delivery's clock ticks."""

from __future__ import annotations

from celery import shared_task

from grocery.delivery import public as delivery
from grocery.kernel import clock


@shared_task(name="delivery.open_slots", ignore_result=True)
def open_slots(*, days: int = 7) -> int:
    """Keep the coming days open for booking; once an hour is plenty."""
    return delivery.open_slots(now=clock.now(), days=days)


@shared_task(name="delivery.sweep_holds", ignore_result=True)
def sweep_holds() -> int:
    """Clear ended holds away; every few minutes."""
    return delivery.sweep_holds(now=clock.now())
