"""The part of the face for money that staff give back, and for the second person who has to agree.

What staff decide to give back (a return that they accept, a refund that they enter) waits for a second person above
`REFUND_FOUR_EYES`, and beyond what one of them or a store may give back in a day (`REFUND_DAY_PERSON`,
`REFUND_DAY_STORE`). While it waits it counts as given back: of its lines and of the order nothing is refunded twice.
What goes back by itself (rejected substitutes, what was taken and is not kept, what is refused at the door) waits for
nobody. Each step is written down: who, when, how much, why.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grocery.kernel.money import Money, dong
from grocery.kernel.principal import Principal
from grocery.ordering.contracts.refunds import RefundDesk, RefundLine, RefundWork
from grocery.ordering.contracts.returns import ReturnId
from grocery.ordering.services import agreeing
from grocery.ordering.services import refund_lines as giving
from grocery.payments.public import RefundTo

_NOTHING = dong(0)


def refund_desk(*, order_id: UUID, by: Principal, now: datetime) -> RefundDesk:
    """What may still be given back of an order: by line, of the fee, in all. Raises NotFound."""
    return giving.desk(order_id=order_id, by=by, now=now)


def refund_lines(
    *,
    order_id: UUID,
    lines: Sequence[RefundLine],
    by: Principal,
    now: datetime,
    fee: Money = _NOTHING,
    to: RefundTo = RefundTo.ORIGINAL,
    key: str | None = None,
) -> ReturnId:
    """Give money back for these lines of a delivered order, and `fee` of what its delivery cost; goods stay put.

    It goes out after `RETURN_UNDO_MINUTES` (until then `undo_decision`), or waits for a second person. Under the same
    `key` it is done once. Fact: OrderReturned, once it stands. Raises NotFound, WrongState unless delivered,
    ProductNotSold, MoreThanDelivered, MoreThanCharged, Invalid.
    """
    return giving.refund(order_id=order_id, lines=lines, fee=fee, to=to, by=by, key=key, now=now)


def approve_refund(*, return_id: UUID, by: Principal, now: datetime, word: str = "") -> None:
    """A manager who did not ask for it agrees: it goes out after `RETURN_UNDO_MINUTES`.

    Once, whoever is first. Raises NotFound, ReturnIs unless it waits, NotYourRefund, OwnRefund.
    """
    agreeing.approve(return_id=return_id, by=by, word=word, now=now)


def refuse_refund(*, return_id: UUID, by: Principal, word: str, now: datetime) -> None:
    """They do not agree: a customer's request is to be decided anew, what staff thought of themselves is over.

    Raises as `approve_refund`.
    """
    agreeing.refuse(return_id=return_id, by=by, word=word, now=now)


def withdraw_refund(*, return_id: UUID, by: Principal, now: datetime) -> None:
    """Whoever asked thinks better of it. Raises NotFound, ReturnIs unless it waits, NotYourRefund."""
    agreeing.withdraw(return_id=return_id, by=by, now=now)


def refund_work(*, return_id: UUID, store_id: UUID | None) -> RefundWork:
    """Money that goes back as the second person sees it, with what was done; None: of any store. Raises NotFound."""
    return agreeing.work(return_id=return_id, store_id=store_id)


def refunds_waiting(*, store_id: UUID) -> int:
    """How many wait for a second person in a store."""
    return agreeing.waiting(store_id=store_id)
