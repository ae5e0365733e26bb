"""Ticks of the clock."""

from __future__ import annotations

import structlog
from celery import shared_task

from grocery.inventory import public as inventory
from grocery.kernel import clock

log = structlog.get_logger(__name__)


@shared_task(name="inventory.expire_reservations", ignore_result=True)
def expire_reservations() -> None:
    """Goods whose reservation has run out are free again; every two seconds."""
    inventory.expire_reservations(now=clock.now())


@shared_task(name="inventory.pay_feed_debts", ignore_result=True)
def pay_feed_debts() -> None:
    """Feeds are shown what they are owed; every second."""
    inventory.pay_feed_debts(now=clock.now())


@shared_task(name="inventory.check_feed", ignore_result=True)
def check_feed() -> None:
    """The feeds are compared with stock; every hour. What differs is logged and counted, a person decides."""
    try:
        differences = inventory.check_feed(now=clock.now())
    except inventory.FeedUnavailable as away:
        log.warning("feed not compared", error=str(away))
        return
    if differences:
        examples = [f"{one.feed} {one.true.sku} {one.what}" for one in differences[:5]]
        log.error("feed differs from stock", differences=len(differences), examples=examples)


@shared_task(name="inventory.check_stock", ignore_result=True)
def check_stock() -> None:
    """The books are compared with each other; every night, while few buy."""
    inventory.run_check(now=clock.now(), by=None)


@shared_task(name="inventory.tend_hot_items", ignore_result=True)
def tend_hot_items() -> None:
    """Flash sales are noticed, and are noticed to be over; every two seconds."""
    inventory.tend_hot_items(now=clock.now())


@shared_task(name="inventory.prune_reservations", ignore_result=True)
def prune_reservations() -> None:
    """Reservations that ended long ago are forgotten; every night."""
    inventory.prune_reservations(now=clock.now())


@shared_task(name="inventory.sweep_photos", ignore_result=True)
def sweep_photos() -> None:
    """Photos that show nothing that was thrown away are forgotten; every night."""
    inventory.sweep_photos(now=clock.now())


@shared_task(name="inventory.turn_days", ignore_result=True)
def turn_days() -> None:
    """What expired at a store's midnight is off sale, what expires soon is said; every minute."""
    inventory.turn_days(now=clock.now())
