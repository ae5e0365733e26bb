"""The clock of the books."""

from __future__ import annotations

from celery import shared_task

from grocery.kernel import clock
from grocery.ledger import public


@shared_task(name="ledger.check", ignore_result=True)
def check_books() -> None:
    """The books are checked every night, and what does not close is named in the log."""
    public.check(now=clock.now())


@shared_task(name="ledger.fold", ignore_result=True)
def fold() -> None:
    """What was booked is added to the sums of the accounts."""
    public.fold(now=clock.now())


@shared_task(name="ledger.file_invoices", ignore_result=True)
def file_invoices() -> None:
    """Invoices go to whoever issues them, and what has no answer is looked up."""
    public.file_invoices(now=clock.now())
