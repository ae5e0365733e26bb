"""What the feeds still have to be shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import models
from django.db.models import Count, Min
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from grocery.inventory.models import sql

#: Rows are locked in the order of their keys, so that two relays that owe the same cannot wait for each other.
_OWE: Final = """
    INSERT INTO "inventory_feeddebt" (feed, sku, location, since, marked_at, due_at)
    SELECT %(feed)s, owed.sku, owed.location, now(), clock_timestamp(), statement_timestamp() + %(pause)s
    FROM unnest(%(skus)s::text[], %(locations)s::uuid[]) AS owed(sku, location)
    ORDER BY owed.sku, owed.location
    ON CONFLICT (feed, sku, location) DO UPDATE
    SET marked_at = EXCLUDED.marked_at, due_at = LEAST("inventory_feeddebt".due_at, EXCLUDED.due_at)
"""

_CLAIM: Final = """
    UPDATE "inventory_feeddebt" debt SET due_at = statement_timestamp() + %(lease)s
    FROM (
        SELECT id FROM "inventory_feeddebt" WHERE feed = %(feed)s AND due_at <= statement_timestamp()
        ORDER BY due_at LIMIT %(size)s FOR UPDATE SKIP LOCKED
    ) due
    WHERE debt.id = due.id
    RETURNING debt.id, debt.sku, debt.location, debt.marked_at
"""

#: What was marked again meanwhile changed after it was read: it stays owed.
_PAY: Final = """
    WITH paid AS (
        SELECT debt.id FROM "inventory_feeddebt" debt
        JOIN unnest(%(ids)s::bigint[], %(marks)s::timestamptz[]) AS claim(id, mark)
            ON claim.id = debt.id AND claim.mark = debt.marked_at
        ORDER BY debt.sku, debt.location FOR UPDATE OF debt
    )
    DELETE FROM "inventory_feeddebt" debt USING paid WHERE debt.id = paid.id
"""


@dataclass(frozen=True, slots=True)
class Debt:
    """A document that is owed, as it was claimed; `mark` tells whether it has been owed anew since."""

    id: int
    sku: str
    location: UUID
    mark: datetime


class FeedDebtQuerySet(models.QuerySet["FeedDebt"]):
    def owe(self, feed: str, keys: Collection[tuple[str, UUID]], *, pause: timedelta) -> None:
        """These documents are to be written to this feed after a pause; what is owed already is owed once."""
        if keys:
            skus, locations = (list(column) for column in zip(*sorted(keys), strict=True))
            sql.count(self.db, _OWE, {"feed": feed, "skus": skus, "locations": locations, "pause": pause})

    def claim(self, feed: str, *, size: int, lease: timedelta) -> list[Debt]:
        """Up to `size` that are due, the longest first; others leave them alone for the lease."""
        return [Debt(*row) for row in sql.rows(self.db, _CLAIM, feed=feed, size=size, lease=lease)]

    def pay(self, debts: Sequence[Debt]) -> int:
        """Written: owed no more, unless owed anew since they were claimed. How many."""
        marks = {"ids": [debt.id for debt in debts], "marks": [debt.mark for debt in debts]}
        return sql.count(self.db, _PAY, marks)

    def postpone(self, debts: Iterable[Debt], *, pause: timedelta) -> None:
        """They could not be written: due again after a pause."""
        self.filter(id__in=[debt.id for debt in debts]).update(due_at=Now() + pause)

    def owed(self) -> dict[str, tuple[int, timedelta]]:
        """Each feed that is behind, by name: how many documents, and for how long the oldest."""
        behind = self.values("feed").annotate(documents=Count("id"), oldest=Now() - Min("since"))
        return {one["feed"]: (one["documents"], one["oldest"]) for one in behind}


class FeedDebt(models.Model):
    """A document that a feed has not been shown yet: it was away, or had the document a moment ago.

    However often an item changes meanwhile it is one row, so that hours of absence are made up for in one write each.
    """

    id = models.BigAutoField(primary_key=True)
    feed = models.CharField(_("feed"), max_length=20)
    sku = models.CharField(_("SKU"), max_length=64)
    location = models.UUIDField(_("store"))
    since = models.DateTimeField(_("since"))
    marked_at = models.DateTimeField(_("last changed at"))
    due_at = models.DateTimeField(_("due at"))

    objects = FeedDebtQuerySet.as_manager()

    class Meta:
        verbose_name = _("document owed to a feed")
        verbose_name_plural = _("documents owed to feeds")
        constraints = [
            models.UniqueConstraint(fields=["feed", "sku", "location"], name="owed_once_per_feed"),
        ]
        indexes = [models.Index(fields=["feed", "due_at"], name="feed_debt_due")]

    def __str__(self) -> str:
        return f"{self.feed} ← {self.sku}"
