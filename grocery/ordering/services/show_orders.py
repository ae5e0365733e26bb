"""Orders as customers and staff see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from grocery.kernel.errors import NotFound
from grocery.kernel.money import dong
from grocery.kernel.quantity import Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import (
    Adjustment,
    CancelReason,
    ChangeKind,
    OfferKind,
    OrderChange,
    OrderFilter,
    OrderId,
    OrderLineView,
    OrderPage,
    OrderState,
    OrderSummary,
    OrderView,
    PaymentMethod,
    Recipient,
    TimelineEntry,
)

_PICTURES = 4


def show_order(*, order_id: UUID, customer_id: UUID | None, store_id: UUID | None) -> OrderView:
    """One order, whole, in four statements; where offers lowered it, five. Raises NotFound, also for another's."""
    visible = models.Order.objects.visible_to(customer_id, store_id)
    order = visible.with_id(order_id).whole().first()
    if order is None:
        raise NotFound("order", order_id)
    return _view(order, _adjustments(order))


def show_orders(*, order_ids: Collection[UUID], store_id: UUID | None) -> list[OrderView]:
    """Those of these orders that are the store's, whole, by slot; in five statements at most, however many."""
    found = models.Order.objects.of_store(store_id).among(order_ids).by_slot().whole()
    return [_view(order, {}) for order in found]


def list_orders(
    *, customer_id: UUID | None, store_id: UUID | None, wanted: OrderFilter, limit: int, offset: int
) -> OrderPage:
    """A page of orders, newest first, in two statements."""
    visible = models.Order.objects.visible_to(customer_id, store_id).looked_for(wanted)
    rows = visible.newest_first().with_first_pictures(_PICTURES)[offset : offset + limit]
    return OrderPage(total=visible.count(), orders=tuple(_summary(row) for row in rows))


def _adjustments(order: models.Order) -> dict[str, tuple[Adjustment, ...]]:
    """What lowered each line, by SKU, and the fee, by nothing."""
    found: dict[str, tuple[Adjustment, ...]] = {}
    for row in order.adjustments.all() if order.discount or order.fee_discount else ():
        effect = Adjustment(
            row.offer_id, OfferKind(row.kind), row.name_en, row.name_vi, Quantity(row.quantity), dong(row.amount)
        )
        found[row.sku] = (*found.get(row.sku, ()), effect)
    return found


def _view(order: models.Order, adjustments: Mapping[str, tuple[Adjustment, ...]]) -> OrderView:
    rows = order.lines.all()
    lines = tuple(_line(row, adjustments.get(row.sku, ())) for row in rows if row.quantity)
    taxed = [(line.vat_rate, line.amount if line.packed_amount is None else line.packed_amount) for line in lines]
    state = OrderState(order.state)
    return OrderView(
        id=OrderId(order.id),
        number=order.number,
        state=state,
        store_id=order.store_id,
        customer_id=order.customer_id,
        language=order.language,
        method=PaymentMethod(order.method),
        placed_at=order.placed_at,
        pay_by=order.pay_by,
        slot_day=order.slot_day,
        slot_starts_at=order.slot_starts_at,
        slot_ends_at=order.slot_ends_at,
        zone=order.zone,
        recipient=Recipient(order.mode, order.recipient, order.phone, order.address, order.note),
        lines=lines,
        timeline=_timeline(order),
        subtotal=dong(order.subtotal),
        fee=dong(order.fee),
        total=dong(order.total),
        vat=policies.vat_parts([*taxed, (order.fee_vat_rate, dong(order.fee - order.fee_discount))]),
        charged=dong(order.charged) if order.charged is not None else None,
        may_be_cancelled=policies.may_be_cancelled(state, CancelReason.CUSTOMER),
        discount=dong(order.discount),
        fee_discount=dong(order.fee_discount),
        fee_adjustments=adjustments.get("", ()),
        headroom=dong(order.headroom),
        given_back=dong(order.given_back),
        fee_vat_rate=order.fee_vat_rate,
        gone=tuple(_line(row, ()) for row in rows if not row.quantity),
        changes=tuple(_change(change) for change in order.changes.all()),
    )


def _line(line: models.OrderLine, adjustments: tuple[Adjustment, ...]) -> OrderLineView:
    return OrderLineView(
        sku=line.sku,
        name_en=line.name_en,
        name_vi=line.name_vi,
        price=dong(line.price),
        unit=line.unit,
        vat_rate=line.vat_rate,
        quantity=Quantity(line.quantity),
        amount=dong(line.net),
        packed=Quantity(line.packed) if line.packed is not None else None,
        packed_amount=dong(line.packed_amount) if line.packed_amount is not None else None,
        image=line.image,
        tint=line.tint,
        step=Quantity(line.step) if line.step else None,
        piece_weight=line.piece_weight,
        list_amount=dong(line.amount),
        adjustments=adjustments,
        note=line.note,
        substitution=line.substitution,
        substitute_sku=line.substitute_sku,
        replaces=line.replaces,
    )


def _timeline(order: models.Order) -> tuple[TimelineEntry, ...]:
    """How it came to be where it is, beginning with the customer who placed it."""
    placed = TimelineEntry(OrderState.PLACED, order.placed_at, "customer", "")
    steps = (
        TimelineEntry(OrderState(step.to_state), step.at, step.actor, step.reason, step.motive)
        for step in order.transitions.all()
    )
    return (placed, *steps)


def _change(row: models.OrderChange) -> OrderChange:
    return OrderChange(
        kind=ChangeKind(row.kind),
        at=row.at,
        by=row.actor,
        motive=row.motive,
        note=row.note,
        lines=row.line_changes(),
        total_before=dong(row.total_before),
        total=dong(row.total),
        moved=row.slot_move(),
        tender=row.tender_change(),
    )


def _summary(order: models.Order) -> OrderSummary:
    return OrderSummary(
        id=OrderId(order.id),
        number=order.number,
        state=OrderState(order.state),
        placed_at=order.placed_at,
        slot_day=order.slot_day,
        slot_starts_at=order.slot_starts_at,
        slot_ends_at=order.slot_ends_at,
        zone=order.zone,
        line_count=order.line_count,  # type: ignore[attr-defined]  # annotated
        pictures=tuple(order.pictures),  # type: ignore[attr-defined]  # annotated
        total=dong(order.total),
        method=PaymentMethod(order.method),
    )
