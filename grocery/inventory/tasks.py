"""Ticks of the clock."""

from __future__ import annotations

from celery import shared_task

from grocery.inventory import public as inventory
from grocery.kernel import clock


@shared_task(name="inventory.expire_reservations", ignore_result=True)
def expire_reservations() -> None:
    """Goods whose reservation has run out are free again; every two seconds."""
    inventory.expire_reservations(now=clock.now())
