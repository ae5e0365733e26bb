"""Are the books sound, and does every order close?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.kernel import clock, figures
from grocery.kernel.money import dong
from grocery.ledger.contracts import Checked, Difference, OpenOrder, OrderSums
from grocery.ledger.models import OrderBook, Posting
from grocery.ledger.policies.differences import difference
from grocery.ledger.services.invoices import unlike_the_books

log = structlog.get_logger(__name__)

#: So many open orders are named at most.
_MOST: Final = 1000


def check(*, now: datetime) -> Checked:
    """Compare the books with themselves, and each order's charge with its money; what is wrong is named."""
    found = Checked(
        orders=OrderBook.objects.count(),
        off_by=dong(Posting.objects.sum()),
        wrong_sums=tuple(OrderBook.objects.with_wrong_sums()),
        uninvoiced=unlike_the_books(now=now),
        open=tuple(_open(book) for book in OrderBook.objects.open().still_since(now - patience())[:_MOST]),
    )
    if found.off_by or found.wrong_sums:
        log.error("books_are_wrong", off_by=found.off_by.minor, orders=list(found.wrong_sums[:20]))
    if found.uninvoiced:
        log.error("invoices_unlike_the_books", orders=list(found.uninvoiced[:20]))
    for order in found.open[:20]:
        log.warning("order_does_not_close", order=order.order_number, why=order.why, balance=order.balance.minor)
    return found


def patience() -> timedelta:
    """How long an order may stand open before somebody has to look at it."""
    return timedelta(days=settings.LEDGER_OPEN_DAYS)


def why_open(sums: OrderSums) -> Difference | None:
    """Why an order does not close; None where it does."""
    return difference(sums)


def _open(book: OrderBook) -> OpenOrder:
    why = difference(book)
    assert why, "it is open"
    return OpenOrder(book.order_id, book.order_number, book.store_id, dong(book.balance), why, book.last_at)


class _Open(Collector):
    """How many orders stand open for too long at this moment: one query per scrape."""

    def collect(self) -> Iterable[Metric]:
        still = GaugeMetricFamily("ledger_orders_open", "Orders that have not closed for LEDGER_OPEN_DAYS.")
        still.add_metric([], OrderBook.objects.open().still_since(clock.now() - patience()).count())
        return (still,)

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


figures.show(_Open())
