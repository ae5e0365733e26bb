"""Reading the books in few words."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from django.db.models import Sum

from grocery.kernel.quantity import plain
from grocery.ledger.models import Entry, OrderBook, Posting

type Written = list[tuple[str, dict[str, int]]]


def entries(order_id: UUID) -> Written:
    """Each entry of an order: its kind, and how much on which account; `@8` is a VAT rate, `/stripe` a provider.

    Offers and drivers are left out: they have made-up ids.
    """
    return [(entry.kind, _lines(entry)) for entry in Entry.objects.of_order(order_id)]


def _lines(entry: Entry) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for line in entry.postings.all():
        rate = f"@{plain(line.rate)}" if line.rate is not None else ""
        subject = f"/{line.subject}" if line.account in {"clearing", "fees"} else ""
        sums[f"{line.account}{rate}{subject}"] += line.amount
    return dict(sums)


def balances() -> dict[str, int]:
    """What each account comes to, of all orders together; without those that come to nothing."""
    rows = Posting.objects.order_by().values_list("account").annotate(Sum("amount"))
    return {account: amount for account, amount in rows if amount}


def owed(order_id: UUID) -> int | None:
    """What the order's receivable comes to by its kept sums; None: it is in no book."""
    book = OrderBook.objects.filter(order_id=order_id).first()
    return book.balance if book else None
