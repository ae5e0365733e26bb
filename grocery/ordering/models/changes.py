"""What was done to orders besides moving them on. Written once, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grocery.kernel.quantity import plain, quantity
from grocery.ordering.contracts import CancelMotive, ChangeKind, LineChange, PaymentMethod, SlotMove, TenderChange
from grocery.ordering.models.orders import ACTORS, Order

KINDS = [
    (ChangeKind.PART_CANCELLED.value, _("cancelled in part")),
    (ChangeKind.EDITED.value, _("edited")),
    (ChangeKind.SUBSTITUTED.value, _("something else instead")),
    (ChangeKind.LEFT_OUT.value, _("left out, ran out")),
    (ChangeKind.TENDER.value, _("paid in another way")),
]
MOTIVES = [
    (CancelMotive.CHANGED_MIND.value, _("changed their mind")),
    (CancelMotive.MISTAKE.value, _("ordered by mistake")),
    (CancelMotive.WRONG_TIME.value, _("the time does not suit")),
    (CancelMotive.WRONG_PLACE.value, _("the address is wrong")),
    (CancelMotive.TOO_DEAR.value, _("too expensive")),
    (CancelMotive.CUSTOMER_ASKED.value, _("the customer asked")),
    (CancelMotive.GOODS_MISSING.value, _("goods are missing")),
    (CancelMotive.CANNOT_DELIVER.value, _("cannot be delivered")),
    (CancelMotive.FRAUD.value, _("suspected fraud")),
    (CancelMotive.OTHER.value, _("another reason")),
]


class OrderChange(models.Model):
    """An order became another, or is paid in another way: when, by whom, why, what it came to before and after."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="changes", verbose_name=_("order"))
    kind = models.CharField(_("what"), max_length=20, choices=KINDS)
    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("by"), max_length=10, choices=ACTORS)
    actor_id = models.UUIDField(_("who"), null=True, blank=True)
    motive = models.CharField(_("reason"), max_length=24, choices=MOTIVES, blank=True)
    note = models.CharField(_("remark"), max_length=1000, blank=True)
    #: [{"sku", "name_en", "name_vi", "unit", "before", "after"}]: a record to read, never to reckon with.
    lines = models.JSONField(_("lines"))
    #: {"starts_before", "ends_before", "starts_at", "ends_at"}; null: the slot stayed.
    moved = models.JSONField(_("another slot"), null=True, blank=True)
    #: {"before", "after"}; null: it is paid as before.
    tender = models.JSONField(_("paid otherwise"), null=True, blank=True)
    total_before = models.BigIntegerField(_("total before, ₫"))
    total = models.BigIntegerField(_("total after, ₫"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {len(self.lines)}"

    def line_changes(self) -> tuple[LineChange, ...]:
        """Its lines, as they were written down."""
        return tuple(
            LineChange(
                sku=line["sku"],
                name_en=line["name_en"],
                name_vi=line["name_vi"],
                unit=line["unit"],
                before=quantity(line["before"]),
                after=quantity(line["after"]),
            )
            for line in self.lines
        )

    def slot_move(self) -> SlotMove | None:
        """From which slot to which, where it was moved."""
        if self.moved is None:
            return None
        return SlotMove(**{name: datetime.fromisoformat(at) for name, at in self.moved.items()})

    def tender_change(self) -> TenderChange | None:
        """From which way to pay to which, where that was changed."""
        return self.tender and TenderChange(**{name: PaymentMethod(way) for name, way in self.tender.items()})


def written(lines: Iterable[LineChange]) -> list[dict[str, str]]:
    """The lines of a change as the column `lines` keeps them: quantities are text, never floats."""
    return [
        {
            "sku": line.sku,
            "name_en": line.name_en,
            "name_vi": line.name_vi,
            "unit": line.unit,
            "before": plain(line.before),
            "after": plain(line.after),
        }
        for line in lines
    ]


def written_tender(change: TenderChange | None) -> dict[str, str] | None:
    """The same of the column `tender`."""
    return {name: way.value for name, way in asdict(change).items()} if change else None


def written_move(move: SlotMove | None) -> dict[str, str] | None:
    """The same of the column `moved`."""
    return {name: at.isoformat() for name, at in asdict(move).items()} if move else None
