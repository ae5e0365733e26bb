"""Orders on the road and in customers' hands, and what comes back of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import quantity
from grocery.ordering import public as ordering
from grocery.ordering.public import GoodsFate, LineDecision, ReturnReason, UnwantedLine
from tests.ordering.conftest import NOON
from tests.shop import Customer, Shop

LATER = NOON + timedelta(minutes=6)
SUPPORT = Principal(kind="staff", id=new_id(), roles=frozenset({"support"}))


def unwanted(reason: ReturnReason = ReturnReason.CHANGED_MIND, note: str = "", **amounts: Any) -> list[UnwantedLine]:
    return [UnwantedLine(sku, quantity(amount), reason, note) for sku, amount in amounts.items()]


def on_the_road(shop: Shop, lan: Customer, **amounts: Any) -> UUID:
    """An order that its driver is about to hand over, to be paid in cash."""
    placed = shop.packed_order(lan, **amounts)
    ordering.dispatch(order_id=placed.id, by=shop.picker, now=NOON)
    shop.tell()
    return placed.id


def reject(order_id: UUID, now: datetime = NOON, key: str | None = None, **amounts: Any) -> UUID | None:
    return ordering.reject_at_door(order_id=order_id, unwanted=unwanted(**amounts), by=SUPPORT, now=now, key=key)


def ask(order_id: UUID, by: Principal, reason: ReturnReason = ReturnReason.CHANGED_MIND, **amounts: Any) -> UUID:
    return ordering.ask_return(order_id=order_id, unwanted=unwanted(reason, **amounts), by=by, now=NOON)


def decide(return_id: UUID, by: Principal = SUPPORT, now: datetime = NOON, **fates: Any) -> None:
    """By SKU what becomes of the goods; None: refused."""
    decisions = [
        LineDecision(sku, accepted=True, fate=GoodsFate(fate))
        if fate
        else LineDecision(sku, accepted=False, note="no")
        for sku, fate in fates.items()
    ]
    ordering.decide_return(return_id=return_id, decisions=decisions, by=by, now=now)


def receive(return_id: UUID, **fates: str) -> None:
    found: Mapping[str, GoodsFate] = {sku: GoodsFate(fate) for sku, fate in fates.items()}
    ordering.receive_returned(return_id=return_id, fates=found, by=SUPPORT, now=NOON)


def states(order_id: UUID) -> list[tuple[str, int]]:
    """How each return of an order stands, and what goes back for it."""
    return [(one.state.value, one.amount.minor) for one in ordering.returns_of(order_id=order_id)]


def facts(order_id: UUID, *names: str) -> list[str]:
    """Which of these were told of an order, in their order."""
    found = OutboxEvent.objects.filter(stream=f"order:{order_id}").order_by("published_at", "id")
    told = [name.removeprefix("ordering.") for name in found.values_list("name", flat=True)]
    return [name for name in told if name in names]
