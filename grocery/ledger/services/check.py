"""Are the books sound, and does every order close?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Final

import structlog
from django.conf import settings
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.kernel import clock, figures
from grocery.kernel.money import dong
from grocery.ledger.contracts import Account, Checked, Difference, Grain, OpenOrder, OrderSums, WrongBalance
from grocery.ledger.models import Balance, OrderBook, Unfolded
from grocery.ledger.policies.differences import difference
from grocery.ledger.services.balance import fold
from grocery.ledger.services.invoices import unlike_the_books

log = structlog.get_logger(__name__)

#: So many open orders are named at most.
_MOST: Final = 1000
_RECENT: Final = timedelta(days=3)
#: So many of all days are looked at each night: ten years of them in a year and a half.
_IN_TURN: Final = 7


def check(*, now: datetime, everything: bool = False) -> Checked:
    """Compare the books with themselves, and each order's charge with its money; what is wrong is named.

    Kept sums are proven by the postings of the days on which anything was booked since `_RECENT`, and of some of all
    days in turn, so that each of them has its turn; `everything`: of all.
    """
    fold(now=now)
    days = _all_days() if everything else sorted(Balance.objects.days_folded_since(now - _RECENT) | _in_turn(now))
    months = [list(month) for month in batched(days, 31)]
    found = Checked(
        days=len(days),
        off_by=dong(Balance.objects.all_together()),
        wrong_balances=tuple(_wrong(row) for month in months for row in Balance.objects.wrong(month)),
        wrong_sums=tuple({number: 0 for month in months for number in OrderBook.objects.with_wrong_sums(month)}),
        uninvoiced=unlike_the_books(now=now),
        open=tuple(_open(book) for book in OrderBook.objects.open().still_since(now - patience())[:_MOST]),
    )
    if found.off_by or found.wrong_sums or found.wrong_balances:
        wrong = [f"{wrong.account} {wrong.grain} {wrong.begin}" for wrong in found.wrong_balances[:20]]
        log.error("books_are_wrong", off_by=found.off_by.minor, orders=list(found.wrong_sums[:20]), balances=wrong)
    if found.uninvoiced:
        log.error("invoices_unlike_the_books", orders=list(found.uninvoiced[:20]))
    for order in found.open[:20]:
        log.warning("order_does_not_close", order=order.order_number, why=order.why, balance=order.balance.minor)
    return found


def _all_days() -> list[date]:
    """From the first day of the books to the last."""
    span = Balance.objects.span()
    return [span[0] + timedelta(days=n) for n in range((span[1] - span[0]).days + 1)] if span else []


def _in_turn(now: datetime) -> set[date]:
    """Days of the books that are looked at today; tomorrow it is the next ones."""
    days = _all_days()
    return {days[(now.toordinal() * _IN_TURN + n) % len(days)] for n in range(_IN_TURN)} if days else set()


def _wrong(row: tuple[str, date, str, int]) -> WrongBalance:
    grain, begin, account, off_by = row
    return WrongBalance(Grain(grain), begin, Account(account), dong(off_by))


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
    """How many orders stand open for too long at this moment, and what the sums do not have yet: two queries."""

    def collect(self) -> Iterable[Metric]:
        still = GaugeMetricFamily("ledger_orders_open", "Orders that have not closed for LEDGER_OPEN_DAYS.")
        still.add_metric([], OrderBook.objects.open().still_since(clock.now() - patience()).count())
        unfolded = GaugeMetricFamily("ledger_entries_unfolded", "Entries that the sums of the accounts have not yet.")
        unfolded.add_metric([], Unfolded.objects.count())
        return still, unfolded

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


figures.show(_Open())
