"""What the clock does for the kernel."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from grocery.kernel import clock, idempotency
from grocery.kernel.outbox import upkeep


@shared_task(name="kernel.prune_idempotency_keys", ignore_result=True)
def prune_idempotency_keys() -> int:
    """Forget answers that are a day old; hourly is often enough. How many."""
    return idempotency.prune(now=clock.now())


@shared_task(name="kernel.prune_outbox", ignore_result=True)
def prune_outbox(*, days: int = 30) -> int:
    """Delete facts that everybody heard so long ago; daily. How many."""
    return upkeep.prune(before=clock.now() - timedelta(days=days))
