"""What every way of giving goods back has in common: what is left of a line, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grocery.inventory import public as inventory
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong, total
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models
from grocery.ordering.contracts import OrderState, PaymentMethod, ProductNotSold
from grocery.ordering.contracts.returns import (
    GoodsFate,
    MoreThanDelivered,
    ReturnKind,
    ReturnReason,
    ReturnState,
    UnwantedLine,
)
from grocery.ordering.events import OrderedLine
from grocery.ordering.policies import returns as rules
from grocery.ordering.services import transitions
from grocery.payments import public as payments

_NOTHING = rules.GivenBack()


@dataclass(frozen=True, slots=True)
class Packed:
    """The lines of an order that were packed, by SKU, and what of each was given back."""

    lines: Mapping[str, models.OrderLine]
    back: Mapping[int, rules.GivenBack]

    def before(self, line: models.OrderLine) -> rules.GivenBack:
        return self.back.get(line.pk, _NOTHING)

    def left(self, line: models.OrderLine) -> Quantity:
        """What is neither given back nor asked to be."""
        return Quantity((line.packed or ZERO) - self.before(line).asked)

    def amount(self, line: models.OrderLine, more: Quantity) -> Money:
        """What so much more of it comes to."""
        charged, packed = dong(line.packed_amount or 0), Quantity(line.packed or ZERO)
        return rules.share_of(charged, packed=packed, before=self.before(line), more=more)


def packed(order_id: UUID) -> Packed:
    """In two statements; under the order's lock it stays so."""
    lines = {line.sku: line for line in models.OrderLine.objects.of_order(order_id) if line.packed}
    return Packed(lines, models.OrderReturnLine.objects.given_back(order_id))


def check_unwanted(found: Packed, unwanted: Sequence[UnwantedLine]) -> None:
    """Raise unless each of these can be given back: ProductNotSold, Invalid, MoreThanDelivered."""
    if not unwanted or len({one.sku for one in unwanted}) < len(unwanted):
        raise Invalid(
            "lines", "Say what is given back, each line once.", "Hãy cho biết trả món nào, mỗi món một lần."
        )
    if unknown := sorted({one.sku for one in unwanted} - found.lines.keys()):
        raise ProductNotSold(unknown)
    left = {one.sku: found.left(found.lines[one.sku]) for one in unwanted}
    if beyond := {one.sku: left[one.sku] for one in unwanted if one.quantity > left[one.sku]}:
        raise MoreThanDelivered(beyond, {sku: found.lines[sku].unit for sku in beyond})
    for one in unwanted:
        line = found.lines[one.sku]
        rules.check_unwanted(one.sku, one.quantity, left=left[one.sku], step=rules.smallest(line.unit, line.step))
        rules.check_reason(one.reason, one.note)


def write(
    order: models.Order,
    kind: ReturnKind,
    state: ReturnState,
    lines: Sequence[models.OrderReturnLine],
    *,
    by: Principal | None,
    fee_back: Money,
    settle_at: datetime | None,
    now: datetime,
) -> models.OrderReturn:
    """Write a return down with its lines; what is accepted of it is given back by the order from here on."""
    amount = fee_back + total(dong(line.amount) for line in lines if line.accepted)
    decided = state is not ReturnState.REQUESTED
    row = models.OrderReturn.objects.create(
        order=order,
        kind=kind.value,
        state=state.value,
        asked_at=now,
        actor=by.kind if by else "system",
        actor_id=by.id if by else None,
        decided_at=now if decided else None,
        decided_by=by.id if by and decided else None,
        settle_at=settle_at,
        settled_at=now if state is ReturnState.SETTLED else None,
        fee_back=fee_back.minor,
        amount=amount.minor,
    )
    for line in lines:
        line.of_return = row
    models.OrderReturnLine.objects.bulk_create(lines)
    give_back(order, amount)
    return row


def refused_line(found: Packed, one: UnwantedLine) -> models.OrderReturnLine:
    """A line that is accepted with its share; what is in the van comes back to the store."""
    line = found.lines[one.sku]
    return models.OrderReturnLine(
        line=line,
        quantity=one.quantity,
        reason=one.reason.value,
        note=one.note,
        accepted=True,
        amount=found.amount(line, one.quantity).minor,
        fate=rules.fate_of(GoodsFate.COMING, one.reason).value,
    )


def all_that_is_left(found: Packed, reason: ReturnReason, note: str) -> list[UnwantedLine]:
    """Everything that has not been given back."""
    left = {sku: found.left(line) for sku, line in found.lines.items()}
    return [UnwantedLine(sku, quantity, reason, note) for sku, quantity in left.items() if quantity]


def give_back(order: models.Order, amount: Money) -> None:
    """So much more (below nothing: less) of what was charged is not kept; the database refuses what is too much."""
    order.given_back += amount.minor
    order.save(update_fields=["given_back"])


def refund(row: models.OrderReturn, *, now: datetime) -> None:
    """Have the money sent back the way it came, once; cash that was never collected needs nothing."""
    order, amount = row.order, dong(row.amount)
    in_hand = row.kind in {ReturnKind.AFTER, ReturnKind.REFUND}
    if order.method == PaymentMethod.CASH_ON_DELIVERY and not in_hand:
        amount = _taken_of(order, row)
    if amount:
        payments.request_refund(
            order_id=order.id,
            amount=amount,
            key=f"return:{row.id}",
            reason=f"return_{row.kind}",
            now=now,
            by=row.decided_by,
            to=payments.RefundTo.CREDIT if row.to_credit else payments.RefundTo.ORIGINAL,
        )


def _taken_of(order: models.Order, row: models.OrderReturn) -> Money:
    """What store credit has paid of what comes back, as far as the cash that is not collected does not cover it.

    Of an order that ends nothing is collected, not even the fee; so nothing is kept.
    """
    if order.state == OrderState.CANCELLED:
        return payments.taken_beyond(order_id=order.id, amount=dong(0))
    left = dong((order.charged or 0) - order.given_back)
    return min(payments.taken_beyond(order_id=order.id, amount=left), dong(row.amount))


def lock(return_id: UUID, *, by: Principal | None = None) -> tuple[models.Order, models.OrderReturn]:
    """Its order, locked, and the return as it is then. Raises NotFound, also for another's."""
    order_id = models.OrderReturn.objects.order_of(return_id)
    if order_id is None:
        raise NotFound("return", return_id)
    order = transitions.lock(order_id, by=by)
    row = models.OrderReturn.objects.with_id(return_id).whole().get()
    row.order = order
    return order, row


def take_in(
    order: models.Order,
    lines: Sequence[models.OrderReturnLine],
    *,
    lots: Mapping[str, UUID],
    now: datetime,
    by: UUID,
) -> None:
    """Goods that are in the store again are booked, to the shelf or as waste; the lines are saved by the caller."""
    moved = [line for line in lines if line.fate in {GoodsFate.SHELF, GoodsFate.WASTE}]
    if not moved:
        return
    goods_id = new_id()
    inventory.put_back(
        return_id=goods_id,
        holder=order.holder,
        returned=[_returned(line, lots.get(line.line.sku)) for line in moved],
        now=now,
        by=by,
    )
    for line in moved:
        line.goods_id = goods_id


#: Why goods that came back are thrown away, in the words of the store.
_WASTED = {
    ReturnReason.DAMAGED: inventory.WasteReason.DAMAGED,
    ReturnReason.SHORT_DATED: inventory.WasteReason.EXPIRED,
}


def _returned(line: models.OrderReturnLine, lot_id: UUID | None) -> inventory.Returned:
    spoilt = None
    if line.fate == GoodsFate.WASTE:
        spoilt = _WASTED.get(ReturnReason(line.reason), inventory.WasteReason.SPOILED)
    return inventory.Returned(line.line.sku, Quantity(line.quantity), spoilt=spoilt, lot_id=lot_id)


def told(lines: Sequence[models.OrderReturnLine], *, accepted: bool) -> tuple[OrderedLine, ...]:
    """Those that were accepted, or those that were not, as facts tell them."""
    return tuple(
        OrderedLine(line.line.sku, line.quantity)
        for line in lines
        if bool(line.accepted) is accepted and line.quantity  # money without goods is no line
    )
