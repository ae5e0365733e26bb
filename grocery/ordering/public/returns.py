"""The part of the face for what comes back: refused at the door, returned afterwards, not delivered at all.

What a line is worth is its exact share of what was charged for it, offers and weight included: however it is cut,
all parts together are what was charged, to the đồng. The delivery fee stays paid unless everything is refused at the
door.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from grocery.kernel.principal import Principal
from grocery.ordering.contracts import OrderView, VatPart
from grocery.ordering.contracts.returns import (
    GoodsFate,
    LineDecision,
    Returnable,
    ReturnId,
    ReturnQueues,
    ReturnView,
    ReturnWork,
    UnwantedLine,
)
from grocery.ordering.services import ask_return as asking
from grocery.ordering.services import decide_return as deciding
from grocery.ordering.services import reject_at_door as rejecting
from grocery.ordering.services import settle_returns as settling
from grocery.ordering.services import show_returns as showing
from grocery.ordering.services import undelivered


def reject_at_door(
    *, order_id: UUID, unwanted: Sequence[UnwantedLine], by: Principal, now: datetime, key: str | None = None
) -> ReturnId | None:
    """The customer does not take these: less cash is collected, a card gets its share back. Only staff say so.

    While it is out for delivery or, for pickup, packed. Any line may be refused, a substitute without further words.
    Goods come back to the store and wait there (`receive_returned`). It can be undone for a while, and not once it is
    handed over. Everything refused ends the order, and the delivery fee goes back too. Under the same `key` (at most
    255 characters) it is done once; then None. Facts: LineRejected for each, OrderReturned once it stands.

    Raises NotFound, WrongState, ProductNotSold for a SKU that was not packed, MoreThanDelivered, Invalid.
    """
    return rejecting.reject(order_id=order_id, unwanted=unwanted, by=by, key=key, now=now)


def returnable(*, order_id: UUID, by: Principal, now: datetime) -> tuple[Returnable, ...]:
    """What of each packed line may still be given back, what that comes to, and until when. For staff time does not
    matter. At most five statements. Raises NotFound."""
    return asking.returnable(order_id=order_id, by=by, now=now)


def ask_return(
    *, order_id: UUID, unwanted: Sequence[UnwantedLine], by: Principal, now: datetime, key: str | None = None
) -> ReturnId:
    """A customer, or staff for them, wants to give these back after delivery; staff decide. Fact: ReturnRequested.

    A customer within `RETURN_HOURS_*` of the delivery, by how the goods are kept. One request is decided before the
    next is made. Under the same `key` it is the same request. Raises NotFound, WrongState unless delivered,
    ReturnOpen, ReturnTooLate, ProductNotSold, MoreThanDelivered, Invalid.
    """
    return asking.ask(order_id=order_id, unwanted=unwanted, by=by, key=key, now=now)


def withdraw_return(*, return_id: UUID, by: Principal, now: datetime) -> None:
    """They want to keep it after all; until it is decided. Again is harmless. Raises NotFound, ReturnIs."""
    asking.withdraw(return_id=return_id, by=by, now=now)


def decide_return(*, return_id: UUID, decisions: Sequence[LineDecision], by: Principal, now: datetime) -> None:
    """Accept or refuse each line of a request, and say what becomes of the goods; once, whoever is first.

    What was accepted goes back on the shelf or away in the same transaction. The money goes out after
    `RETURN_UNDO_MINUTES`; until then `undo_decision`. Nothing accepted is told at once (ReturnDecided).
    Raises NotFound, ReturnIs if it was decided before, NotFitForShelf, Invalid; MoreThanIssued (inventory).
    """
    deciding.decide(return_id=return_id, decisions=decisions, by=by, now=now)


def undo_decision(*, return_id: UUID, by: Principal, now: datetime) -> None:
    """It was a slip: the request waits again, what was refused at the door is taken; the books of stock too.

    Raises NotFound, ReturnIs once the money is on its way or the order handed over; ReturnIsPast, ChangesRefused
    (inventory) where the goods were sold since.
    """
    deciding.undo(return_id=return_id, by=by, now=now)


def receive_returned(
    *,
    return_id: UUID,
    fates: Mapping[str, GoodsFate],
    by: Principal,
    now: datetime,
    lots: Mapping[str, UUID] = MappingProxyType({}),
) -> None:
    """What was on its way is in the store: by SKU on the shelf, thrown away, or not come after all (kept).

    `lots` names the lot that goods belong to, else the first to expire. Past its day it is thrown away, whatever is
    said. Raises NotFound, ReturnIs if nothing of it is on its way, NotFitForShelf, Invalid; MoreThanIssued
    (inventory).
    """
    deciding.receive(return_id=return_id, fates=fates, lots=lots, by=by, now=now)


def settle_returns(*, now: datetime) -> int:
    """Send the money of what can no longer be undone; how many. Facts: ReturnDecided, OrderReturned."""
    return settling.settle_due(now=now)


def returns_of(*, order_id: UUID) -> tuple[ReturnView, ...]:
    """What comes and came back of an order, oldest first. At most three statements. The caller knows whose it is."""
    return showing.of_order(order_id=order_id)


def vat_left(*, order: OrderView, returns: Iterable[ReturnView]) -> tuple[VatPart, ...]:
    """The VAT that stays of an order of which these were given back: of what was packed, less what was accepted, fee
    included; rounded like the order's. Works on views, asks the database nothing."""
    return showing.vat_left(order=order, returns=returns)


def return_work(*, return_id: UUID, store_id: UUID | None) -> ReturnWork:
    """One return with what may be done with its goods; None: of any store. Raises NotFound."""
    return showing.work(return_id=return_id, store_id=store_id)


def return_queues(*, store_id: UUID) -> ReturnQueues:
    """All that waits for somebody in a store. The same number of statements whatever waits."""
    return showing.queues(store_id=store_id)


def returns_waiting(*, store_id: UUID) -> int:
    """How much that is. Three statements."""
    return showing.waiting(store_id=store_id)


def not_delivered(*, order_id: UUID, reason: str, by: Principal, now: datetime) -> None:
    """Nobody was at home, or nobody came: the goods are in the store again. Fact: OrderUndelivered.

    Again is harmless. `reason` is a remark without personal data. It goes on by `dispatch`, `bring_again` or
    `give_up_delivery`; what is fetched after all, by `deliver`. Raises NotFound, WrongState; WrongStep (delivery).
    """
    undelivered.fail(order_id=order_id, reason=reason, by=by, now=now)


def bring_again(*, order_id: UUID, slot_id: UUID, by: Principal, now: datetime) -> None:
    """Bring what came back in another slot of the store; the fee stays as it was. Fact: OrderRescheduled.

    Raises NotFound, WrongState unless it is undelivered; SlotFull, SlotClosed (delivery).
    """
    undelivered.bring_again(order_id=order_id, slot_id=slot_id, by=by, now=now)


def give_up_delivery(
    *, order_id: UUID, by: Principal, now: datetime, fee_back: bool | None = None, note: str = ""
) -> None:
    """End an order that came back: its goods wait to be received, its card gets everything back but the delivery fee.

    `fee_back` None: as `UNDELIVERED_FEE_BACK` says. Cash is not asked for. Again is harmless. Fact: OrderCancelled.
    Raises NotFound, WrongState.
    """
    undelivered.give_up(order_id=order_id, fee_back=fee_back, note=note, by=by, now=now)
