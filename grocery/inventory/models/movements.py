"""What happened: every change of a lot, for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from grocery.inventory.models import sql
from grocery.inventory.models.stock import Lot
from grocery.kernel.ids import new_id

_POST = """
    WITH posted AS (
        INSERT INTO "inventory_movement" (
            id, lot_id, kind, quantity, reason, "by", reference, at, takes_back_id
        )
        SELECT line.id, line.lot, line.kind, line.quantity, line.reason, %(by)s, %(reference)s, %(at)s, line.back
        FROM unnest(
            %(ids)s::uuid[], %(lots)s::uuid[], %(kinds)s::text[], %(quantities)s::numeric[], %(reasons)s::text[],
            %(back)s::uuid[]
        ) AS line(id, lot, kind, quantity, reason, back)
        RETURNING lot_id, quantity
    ), moved AS (SELECT lot_id, SUM(quantity) AS quantity FROM posted GROUP BY lot_id)
    UPDATE "inventory_lot" lot SET on_hand = lot.on_hand + moved.quantity
    FROM moved WHERE lot.id = moved.lot_id
"""


class MovementKind(models.TextChoices):
    RECEIVED = "received", _("received")
    SOLD = "sold", _("sold")
    WASTED = "wasted", _("wasted")
    COUNTED = "counted", _("counted")
    TRANSFERRED = "transferred", _("transferred")
    RETURNED = "returned", _("returned")
    ADJUSTED = "adjusted", _("adjusted")


@dataclass(frozen=True, slots=True)
class Posting:
    """A movement to be: `quantity` is what the lot gains, negative for what it loses."""

    lot: UUID
    kind: MovementKind
    quantity: Decimal
    reason: str = ""
    takes_back: UUID | None = None
    id: UUID = field(default_factory=new_id)


class MovementQuerySet(models.QuerySet["Movement"]):
    def post(self, postings: Sequence[Posting], *, by: UUID | None, reference: str, at: datetime) -> None:
        """Write movements and move their lots by as much: the only statement that changes what is on hand."""
        values = {
            "ids": [posting.id for posting in postings],
            "lots": [posting.lot for posting in postings],
            "kinds": [posting.kind.value for posting in postings],
            "quantities": [posting.quantity for posting in postings],
            "reasons": [posting.reason for posting in postings],
            "back": [posting.takes_back for posting in postings],
        }
        sql.rows(self.db, _POST, by=by, reference=reference, at=at, **values)

    def named(self, movement: UUID) -> Movement | None:
        return self.filter(id=movement).select_related("lot__stock_item").first()

    def is_taken_back(self, movement: Movement) -> bool:
        return self.filter(takes_back=movement.id).exists()

    def sold_since(self, moment: datetime, *, location: UUID) -> dict[str, Decimal]:
        """How much of each SKU a store has sold since then."""
        sold = self.filter(kind=MovementKind.SOLD, at__gte=moment, lot__stock_item__location=location)
        by_sku = sold.order_by().values("lot__stock_item__sku").annotate(sold=-Sum("quantity"))
        return dict(by_sku.values_list("lot__stock_item__sku", "sold"))


class Movement(models.Model):
    """A lot gained or lost goods. Only ever added to: the database refuses to change or delete one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="movements", verbose_name=_("lot"), db_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=MovementKind)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    by = models.UUIDField(_("by"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=100, blank=True, default="")
    at = models.DateTimeField(_("at"))
    takes_back = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="taken_back_by",
        verbose_name=_("takes back"),
        db_index=False,
    )

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="received", quantity__gt=0)
                | Q(kind="returned", quantity__gt=0)
                | Q(kind__in=["sold", "wasted"], quantity__lt=0)
                | (Q(kind__in=["counted", "adjusted", "transferred"]) & ~Q(quantity=0)),
                name="movement_goes_the_way_of_its_kind",
            ),
            models.UniqueConstraint(
                fields=["takes_back"], condition=Q(takes_back__isnull=False), name="movement_is_taken_back_once"
            ),
        ]
        indexes = [
            models.Index(fields=["lot", "at"], name="movement_of_lot"),
            models.Index(fields=["at"], name="movement_at"),
            # What is in transit is proven from the movements of each transfer.
            models.Index(fields=["reference"], condition=Q(kind="transferred"), name="movement_of_transfer"),
            # What left for a holder and what came back.
            models.Index(fields=["reference"], condition=Q(kind__in=["sold", "returned"]), name="movement_of_holder"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity}"
