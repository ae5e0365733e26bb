"""Goods on their way between stores: what was sent of which lot, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext_lazy as _

from grocery.inventory import contracts
from grocery.inventory.contracts import Difference, TransferState
from grocery.inventory.models import sql
from grocery.inventory.models.stock import Lot
from grocery.inventory.policies.changes import LotState
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import ZERO, Quantity

_ARRIVED = """
    UPDATE "inventory_transferline" line SET received = said.quantity, reason = said.reason
    FROM unnest(%(lines)s::uuid[], %(quantities)s::numeric[], %(reasons)s::text[]) AS said(id, quantity, reason)
    WHERE line.id = said.id
"""

#: What each transfer says is away from the shelves, SKU by SKU, against what its movements took off them.
_DIFFERENCES = """
    WITH said AS (
        SELECT 'transfer:' || transfer.id AS reference, line.sku,
            SUM(CASE transfer.state
                WHEN 'sent' THEN line.quantity WHEN 'received' THEN line.quantity - line.received ELSE 0
            END) AS away
        FROM "inventory_transfer" transfer
        JOIN "inventory_transferline" line ON line.transfer_id = transfer.id
        GROUP BY transfer.id, line.sku
    ), moved AS (
        SELECT movement.reference, item.sku, -SUM(movement.quantity) AS away
        FROM "inventory_movement" movement
        JOIN "inventory_lot" lot ON lot.id = movement.lot_id
        JOIN "inventory_stockitem" item ON item.id = lot.stock_item_id
        WHERE movement.kind = 'transferred'
        GROUP BY movement.reference, item.sku
    )
    SELECT sku, transfer.source, NULL::uuid, 'in transit',
        COALESCE(said.away, 0), COALESCE(moved.away, 0), transfer.id
    FROM said FULL JOIN moved USING (reference, sku)
    JOIN "inventory_transfer" transfer ON 'transfer:' || transfer.id = reference
    WHERE COALESCE(said.away, 0) <> COALESCE(moved.away, 0)
    ORDER BY sku, transfer.id
"""


class TransferQuerySet(models.QuerySet["Transfer"]):
    def locked(self) -> Self:
        """Locked before the items whose goods it moves."""
        return self.select_for_update(of=("self",), no_key=True)

    def named(self, transfer: UUID) -> Transfer | None:
        return self.filter(id=transfer).first()

    def with_lines(self) -> Self:
        """With its lines by SKU and expiry, read in one more statement."""
        lines = TransferLine.objects.order_by("sku", F("expires_on").asc(nulls_last=True), "id")
        return self.prefetch_related(models.Prefetch("lines", lines))

    def touching(self, store: UUID | None) -> Self:
        """Those that leave from or go to a store; None: all."""
        return self.filter(Q(source=store) | Q(destination=store)) if store else self.all()

    def under_way(self) -> Self:
        return self.filter(state__in=[TransferState.DRAFT, TransferState.SENT])

    def ended(self) -> Self:
        return self.exclude(state__in=[TransferState.DRAFT, TransferState.SENT])

    def coming_to(self, store: UUID) -> Self:
        return self.filter(state=TransferState.SENT, destination=store)

    def with_size(self) -> Self:
        """With how many lines each has."""
        return self.annotate(size=Count("lines"))

    def newest_first(self) -> Self:
        return self.order_by("-made_at", "-id")

    def differences(self) -> list[Difference]:
        """The transfers whose movements are not what they say; none, if all is well."""
        return [Difference(*row) for row in sql.rows(self.db, _DIFFERENCES)]

    def in_transit_to(self, location: UUID, skus: Iterable[str]) -> dict[str, Quantity]:
        """What is on its way to a store, by SKU."""
        sent = self.filter(state=TransferState.SENT, destination=location, lines__sku__in=list(skus))
        return dict(sent.values("lines__sku").values_list("lines__sku", Sum("lines__quantity")))


class Transfer(models.Model):
    """Goods on their way. While it is sent, they lie in neither store; its movements have it as their reference."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.UUIDField(_("from"))
    destination = models.UUIDField(_("to"))
    state = models.CharField(
        _("state"),
        max_length=10,
        default=TransferState.DRAFT,
        choices=[
            (TransferState.DRAFT.value, _("draft")),
            (TransferState.SENT.value, _("on its way")),
            (TransferState.RECEIVED.value, _("received")),
            (TransferState.CANCELLED.value, _("cancelled")),
        ],
    )
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    made_at = models.DateTimeField(_("made at"))
    made_by = models.UUIDField(_("made by"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sent_by = models.UUIDField(_("sent by"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.UUIDField(_("ended by"), null=True, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.CheckConstraint(condition=~Q(source=F("destination")), name="transfer_goes_somewhere_else"),
            models.CheckConstraint(
                condition=(Q(state="draft", sent_at__isnull=True) | Q(state="cancelled"))
                | Q(state__in=["sent", "received"], sent_at__isnull=False),
                name="transfer_is_sent_before_it_arrives",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "sent"]) ^ Q(ended_at__isnull=False), name="transfer_ends_once"
            ),
        ]
        indexes = [
            models.Index(fields=["source", "made_at"], name="transfer_from"),
            models.Index(fields=["destination", "made_at"], name="transfer_to"),
            models.Index(fields=["destination"], condition=Q(state="sent"), name="transfer_on_its_way"),
        ]

    def __str__(self) -> str:
        return f"{self.id.hex[-6:].upper()}"

    @property
    def reference(self) -> str:
        """What its movements are known by."""
        return f"transfer:{self.id}"

    def told(self) -> contracts.Transfer:
        """As others see it; needs `with_lines`."""
        return contracts.Transfer(
            id=self.id,
            source=self.source,
            destination=self.destination,
            state=TransferState(self.state),
            note=self.note,
            made_at=self.made_at,
            sent_at=self.sent_at,
            ended_at=self.ended_at,
            lines=tuple(line.told() for line in self.lines.all()),
        )


class TransferLineQuerySet(models.QuerySet["TransferLine"]):
    def of(self, transfer: Transfer) -> list[TransferLine]:
        return list(self.filter(transfer=transfer).order_by("id"))

    def put(self, transfer: Transfer, going: Mapping[UUID, tuple[LotState, Decimal]]) -> None:
        """So much of each of these lots is to go, in the place of what was said of it before."""
        self.bulk_create(
            (
                TransferLine(
                    transfer=transfer,
                    lot_id=lot,
                    sku=state.sku,
                    lot_code=state.lot_code,
                    expires_on=state.expires_on,
                    quantity=quantity,
                )
                for lot, (state, quantity) in going.items()
            ),
            update_conflicts=True,
            unique_fields=["transfer", "lot"],
            update_fields=["quantity"],
        )

    def take_off(self, transfer: Transfer, line: UUID) -> None:
        self.filter(transfer=transfer, id=line).delete()

    def arrived(self, what: Mapping[UUID, tuple[Decimal, str]]) -> None:
        """Write down what came of each line and why that differs."""
        quantities, reasons = zip(*what.values(), strict=True)
        sql.rows(self.db, _ARRIVED, lines=list(what), quantities=list(quantities), reasons=list(reasons))


class TransferLine(models.Model):
    """One lot of a transfer. Code and expiry are copied: they name the lot at the other end."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    transfer = models.ForeignKey(
        Transfer, models.CASCADE, related_name="lines", verbose_name=_("transfer"), db_index=False
    )
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+", verbose_name=_("lot"), db_index=False)
    sku = models.CharField(_("SKU"), max_length=64)
    lot_code = models.CharField(_("lot"), max_length=64, blank=True, default="")
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    quantity = models.DecimalField(_("sent"), max_digits=12, decimal_places=3)
    received = models.DecimalField(_("received"), max_digits=12, decimal_places=3, null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    objects = TransferLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            models.UniqueConstraint(fields=["transfer", "lot"], name="one_transfer_line_per_lot"),
            models.CheckConstraint(condition=Q(quantity__gt=ZERO), name="transfer_of_something"),
            models.CheckConstraint(
                condition=Q(received__isnull=True)
                | Q(received=F("quantity"))
                | (Q(received__gte=ZERO) & ~Q(reason="")),
                name="transfer_difference_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.sku

    def told(self) -> contracts.TransferLine:
        received = None if self.received is None else Quantity(self.received)
        return contracts.TransferLine(
            self.id, self.sku, self.lot_code, self.expires_on, Quantity(self.quantity), received, self.reason
        )
