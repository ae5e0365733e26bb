"""The clock of ordering."""

from __future__ import annotations

from celery import shared_task

from grocery.kernel import clock
from grocery.ordering import public


@shared_task(name="ordering.cancel_unpaid", ignore_result=True)
def cancel_unpaid_orders() -> None:
    """Every 30 seconds: orders whose card was not authorised in time end; goods and slots are free again."""
    public.cancel_unpaid(now=clock.now())


@shared_task(name="ordering.renew_holds", ignore_result=True)
def renew_holds() -> None:
    """Every ten minutes: money that the bank lets go before the slot is held anew."""
    public.renew_holds(now=clock.now())


@shared_task(name="ordering.answer_by_default", ignore_result=True)
def answer_by_default() -> None:
    """Every 10 seconds: questions that nobody answered in time are settled as announced."""
    public.answer_by_default(now=clock.now())
    public.weigh_by_default(now=clock.now())


@shared_task(name="ordering.forget_abandoned_carts", ignore_result=True)
def forget_abandoned_carts() -> None:
    """Every day: guests' carts that were left behind."""
    public.forget_abandoned_carts(now=clock.now())


@shared_task(name="ordering.settle_returns", ignore_result=True)
def settle_returns() -> None:
    """Every 20 seconds: the money of returns whose decision can no longer be undone goes out."""
    public.settle_returns(now=clock.now())
