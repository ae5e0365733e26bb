"""Staff give money back for lines of a delivered order, by quantity, by weight or by amount, and of its fee."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.money import Money, dong, total
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import ZERO
from grocery.ordering import models
from grocery.ordering.contracts import OrderState, ProductNotSold, WrongState
from grocery.ordering.contracts.refunds import MoreThanCharged, RefundableLine, RefundDesk, RefundLine
from grocery.ordering.contracts.returns import GoodsFate, ReturnId, ReturnKind, ReturnState, UnwantedLine
from grocery.ordering.policies import returns as rules
from grocery.ordering.services import ask_return, counters, four_eyes, requests, returning, transitions
from grocery.payments import public as payments


def desk(*, order_id: UUID, by: Principal, now: datetime) -> RefundDesk:
    """See `public.refunds.refund_desk`."""
    order = models.Order.objects.with_id(order_id).first()
    if order is None or not transitions.may_touch(order, by):
        raise NotFound("order", order_id)
    found = returning.packed(order.id)
    lines = ask_return.returnable(order_id=order_id, by=by, now=now)
    return RefundDesk(
        lines=tuple(
            RefundableLine(
                one,
                charged=dong(found.lines[one.sku].packed_amount or 0),
                back=found.before(found.lines[one.sku]).amount,
            )
            for one in lines
        ),
        fee_left=_fee_left(order),
        left=dong((order.charged or 0) - order.given_back),
    )


def _fee_left(order: models.Order) -> Money:
    fees = models.OrderReturn.objects.of_order(order.id).fees_back()
    return max(dong(order.fee - order.fee_discount) - fees, dong(0))


@transaction.atomic
def refund(
    *,
    order_id: UUID,
    lines: Sequence[RefundLine],
    fee: Money,
    to: payments.RefundTo,
    by: Principal,
    key: str | None,
    now: datetime,
) -> ReturnId:
    """See `public.refunds.refund_lines`."""
    order = transitions.lock(order_id, by=by)
    if requests.done_before(order, "refund", by=by, key=key, now=now):
        return ReturnId(models.OrderReturn.objects.of_order(order.id).reverse()[0].id)
    if order.state != OrderState.DELIVERED:
        raise WrongState(order.number, OrderState(order.state), OrderState.DELIVERED)
    if not dong(0) <= fee <= _fee_left(order):
        raise MoreThanCharged("delivery", _fee_left(order))
    rows = _lines(returning.packed(order.id), lines)
    if not fee + total(dong(row.amount) for row in rows):
        raise Invalid("lines", "Say what is given back.", "Hãy cho biết hoàn tiền món nào.")
    row = returning.write(
        order, ReturnKind.REFUND, ReturnState.DECIDED, rows, by=by, fee_back=fee, settle_at=None, now=now
    )
    row.to_credit = to is payments.RefundTo.CREDIT
    row.save(update_fields=["to_credit"])
    four_eyes.ask(order, row, by=by, now=now)
    counters.returned(ReturnKind.REFUND, ReturnState(row.state))
    return ReturnId(row.id)


def _lines(found: returning.Packed, lines: Sequence[RefundLine]) -> list[models.OrderReturnLine]:
    """The lines as they are written, each checked against what is left of it."""
    if len({one.sku for one in lines}) < len(lines):
        raise Invalid("lines", "Each line once.", "Mỗi món một lần.")
    goods = [UnwantedLine(one.sku, one.quantity, one.reason, one.note) for one in lines if one.amount is None]
    if goods:
        returning.check_unwanted(found, goods)
    if unknown := sorted({one.sku for one in lines} - found.lines.keys()):
        raise ProductNotSold(unknown)
    return [_line(found, one) for one in lines]


def _line(found: returning.Packed, one: RefundLine) -> models.OrderReturnLine:
    line = found.lines[one.sku]
    if one.amount is None:
        amount, quantity = found.amount(line, one.quantity), one.quantity
    else:
        amount, quantity = _amount(found, line, one, one.amount), ZERO
    return models.OrderReturnLine(
        line=line,
        quantity=quantity,
        reason=one.reason.value,
        note=one.note,
        accepted=True,
        amount=amount.minor,
        fate=GoodsFate.KEPT.value,
    )


def _amount(found: returning.Packed, line: models.OrderLine, one: RefundLine, amount: Money) -> Money:
    rules.check_reason(one.reason, one.note)
    left = dong(line.packed_amount or 0) - found.before(line).amount
    if not dong(0) < amount <= left:
        raise MoreThanCharged(one.sku, left)
    return amount
