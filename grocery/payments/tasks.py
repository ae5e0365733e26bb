"""The clock of payments."""

from __future__ import annotations

from celery import shared_task

from grocery.kernel import clock
from grocery.payments import public


@shared_task(name="payments.reconcile", ignore_result=True)
def reconcile_payments() -> None:
    """Every 20 seconds: ask providers about what is not settled and due for a look."""
    public.reconcile(now=clock.now())


@shared_task(name="payments.probe_providers", ignore_result=True)
def probe_providers() -> None:
    """Every 15 seconds: ask providers that are left alone how they are."""
    public.probe_providers()
