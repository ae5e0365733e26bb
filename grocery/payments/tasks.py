"""The clock of payments."""

from __future__ import annotations

from celery import shared_task

from grocery.kernel import clock
from grocery.payments import public


@shared_task(name="payments.reconcile", ignore_result=True)
def reconcile_payments() -> None:
    """Every 20 seconds: ask providers about what is not settled and due for a look."""
    public.reconcile(now=clock.now())
