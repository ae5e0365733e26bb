"""What each order comes to: sums over its entries, kept with them, so that those which do not close are found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar, Final, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grocery.kernel import statements
from grocery.kernel.money import Money, dong
from grocery.ledger.contracts import Account

#: Orders that moved on these days, or say so; each with all of its postings, whenever these were.
_WRONG: Final = """
WITH spans AS (
    SELECT day::timestamp AT TIME ZONE %(zone)s AS begin, (day + 1)::timestamp AT TIME ZONE %(zone)s AS until
      FROM unnest(%(days)s::date[]) AS day
), moved AS (
    SELECT entry.order_id FROM spans JOIN "ledger_entry" AS entry ON entry.at >= begin AND entry.at < until
     WHERE entry.order_id IS NOT NULL
    UNION
    SELECT book.order_id FROM spans JOIN "ledger_orderbook" AS book ON book.last_at >= begin AND book.last_at < until
)
SELECT coalesce(book.order_number, posted.order_number)
  FROM moved
  LEFT JOIN LATERAL (SELECT order_number, balance FROM "ledger_orderbook" AS one
                      WHERE one.order_id = moved.order_id LIMIT 1) AS book ON true
  LEFT JOIN LATERAL (
       SELECT max(entry.order_number) AS order_number, sum(posting.amount) AS amount
         FROM "ledger_entry" AS entry JOIN "ledger_posting" AS posting ON posting.entry_id = entry.id
        WHERE entry.order_id = moved.order_id AND posting.account = %(account)s
  ) AS posted ON true
 WHERE coalesce(book.balance, 0) <> coalesce(posted.amount, 0)
 ORDER BY 1
"""


class OrderBookQuerySet(models.QuerySet["OrderBook"]):
    def open(self) -> Self:
        """Of which something is owed, by its customer or to them; those that stand still longest first."""
        return self.exclude(balance=0).order_by("last_at", "order_id")

    def still_since(self, when: datetime) -> Self:
        """About which nothing was booked since."""
        return self.filter(last_at__lt=when)

    def of_order(self, order_id: UUID) -> Self:
        """That one, if it was ever charged or paid."""
        return self.filter(order_id=order_id)

    def locked(self, order_id: UUID) -> OrderBook | None:
        """Mine until the transaction ends."""
        return self.of_order(order_id).select_for_update().first()

    def with_wrong_sums(self, days: Sequence[date]) -> list[str]:
        """Numbers of those that moved on these days and whose kept sums are not what all their postings come to."""
        asked = {"days": list(days), "zone": settings.TIME_ZONE, "account": Account.RECEIVABLE.value}
        return [number for (number,) in statements.rows(self.db, _WRONG, asked)]

    def of_store(self, store_id: UUID | None) -> Self:
        """One store's; None: all stores'."""
        return self if store_id is None else self.filter(store_id=store_id)


class OrderBook(models.Model):
    """One order's receivable by what made it: owed is above zero. `balance` is zero once the order is closed."""

    order_id = models.UUIDField(primary_key=True, editable=False)
    order_number = models.CharField(_("order"), max_length=32)
    store_id = models.UUIDField(_("store"))
    first_at = models.DateTimeField(_("since"))
    last_at = models.DateTimeField(_("last entry"))
    charged = models.BigIntegerField(_("charged"))
    reduced = models.BigIntegerField(_("came off"))
    taken = models.BigIntegerField(_("paid"))
    returned = models.BigIntegerField(_("paid back"))
    written_off = models.BigIntegerField(_("written off"))
    other = models.BigIntegerField(_("corrections"))
    balance = models.GeneratedField(
        expression=F("charged") + F("reduced") + F("taken") + F("returned") + F("written_off") + F("other"),
        output_field=models.BigIntegerField(),
        db_persist=True,
        verbose_name=_("still open"),
    )

    objects = OrderBookQuerySet.as_manager()

    class Meta:
        verbose_name = _("order in the books")
        verbose_name_plural = _("orders in the books")
        ordering: ClassVar[list[str]] = ["-last_at", "-order_id"]
        indexes = [
            models.Index(fields=["last_at"], condition=~Q(balance=0), name="ledger_open_orders"),
            models.Index(fields=["last_at"], name="ledger_orders_by_time"),
        ]

    def __str__(self) -> str:
        return self.order_number

    @property
    def owed(self) -> Money:
        return dong(self.balance)
