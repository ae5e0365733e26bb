"""Celery is the clock and the mule: ticks and bulky jobs. It never carries a fact, that is the outbox's work."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grocery.config.settings")


def every(task: str, **interval: float) -> dict[str, Any]:
    """A tick; one that could not be taken before the next is due is dropped, not heaped up."""
    delta = timedelta(**interval)
    return {"task": task, "schedule": delta, "options": {"expires": delta.total_seconds()}}


def nightly(task: str, *, hour: int) -> dict[str, Any]:
    """A tick at that hour UTC; two in the morning in Hồ Chí Minh City is 19."""
    return {"task": task, "schedule": crontab(hour=str(hour), minute="0"), "options": {"expires": 6 * 3600}}


TICKS = [
    every("inventory.pay_feed_debts", seconds=1),
    every("inventory.expire_reservations", seconds=2),
    every("inventory.tend_hot_items", seconds=2),
    every("inventory.turn_days", minutes=1),
    every("payments.reconcile", seconds=20),
    every("ledger.fold", seconds=20),
    every("ledger.file_invoices", minutes=1),
    every("payments.probe_providers", seconds=15),
    every("ordering.cancel_unpaid", seconds=30),
    every("ordering.renew_holds", minutes=10),
    every("ordering.answer_by_default", seconds=10),
    every("ordering.settle_returns", seconds=20),
    every("delivery.sweep_holds", minutes=5),
    every("delivery.open_slots", hours=1),
    every("catalog.apply_due_prices", minutes=1),
    every("catalog.forget_old_sales", hours=1),
    every("catalog.work_on_imports", seconds=2),
    every("catalog.forget_old_imports", days=1),
    every("catalog.draw_pictures", seconds=10),
    every("inventory.check_feed", hours=1),
    every("kernel.prune_idempotency_keys", hours=1),
    every("ordering.forget_abandoned_carts", days=1),
    every("inventory.prune_reservations", days=1),
    every("inventory.sweep_photos", days=1),
    every("kernel.prune_outbox", days=1),
    nightly("catalog.sweep_pictures", hour=18),
    nightly("inventory.check_stock", hour=19),
    nightly("ledger.check", hour=20),
]

app = Celery("grocery")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {tick["task"]: tick for tick in TICKS}
