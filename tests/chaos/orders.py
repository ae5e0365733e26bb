"""What is killed and what is looked at in the fault points of orders: the requests, the relay, and the verdict."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.test import Client

from grocery.accounts import public as accounts
from grocery.delivery.models import Delivery
from grocery.inventory.models import Reservation
from grocery.kernel import clock
from grocery.kernel.events import Event
from grocery.kernel.models import InboxEntry, OutboxEvent
from grocery.kernel.outbox import claims, delivery, publish, relay
from grocery.notifications.models import Message
from grocery.ordering.models import Order, OrderChange, OrderTransition, Revision, Substitution
from grocery.payments.models import Payment
from tests.shop import Customer, Shop

PLENTY, EACH = 10_000, 2


# --- the work: run in the process that dies, and again by who repeats it ------------------------------------------
def place(token: str, key: str, body: dict[str, str]) -> dict[str, Any]:
    """POST /checkout; the order."""
    return ask("POST", "checkout", token, key, body, status=201)


def cancel(token: str, key: str, order_id: str) -> dict[str, Any]:
    """POST /orders/…/cancel; the order."""
    return ask("POST", f"orders/{order_id}/cancel", token, key, {"reason": "Đổi ý"})


def deliver(*_about: object) -> None:
    """What a relay does: everything that is owed."""
    relay.drain()


def ask(method: str, path: str, token: str, key: str, body: dict[str, Any], *, status: int = 200) -> dict[str, Any]:
    """What the HTTP API says to this request under this key."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    answer = Client().generic(method, f"/api/v1/{path}", json.dumps(body), "application/json", headers=headers)
    assert answer.status_code == status, f"{path}: {answer.status_code} {answer.content.decode()}"
    said: dict[str, Any] = json.loads(answer.content)
    return said


# --- mistakes that are planted ------------------------------------------------------------------------------------
def tell_after_the_commit() -> None:
    """The order's fact is published in a transaction of its own, after the order's."""
    from grocery.ordering.services import place_order

    def late(*facts: Event) -> None:
        transaction.on_commit(lambda: tell(facts))

    def tell(facts: tuple[Event, ...]) -> None:
        with transaction.atomic():
            publish(*facts)

    place_order.publish = late  # type: ignore[attr-defined]  # the control


def mark_before_handling() -> None:
    """What is delivered counts as handled before it is."""

    def handle(subscriber: Any, claimed: Any) -> None:
        with transaction.atomic():
            claims.mark_handled(claimed)
        with transaction.atomic():
            delivery._call(subscriber, claimed)

    relay._handle_all.__globals__["handle"] = handle


# --- the shop and the verdict -------------------------------------------------------------------------------------
@dataclass
class Town:
    """A shop, a customer who buys two of the same again and again, how many orders should be alive, and what of."""

    shop: Shop
    lan: Customer
    slot_id: UUID
    token: str = ""
    alive: int = 0
    held: Counter[str] = field(default_factory=Counter)

    @classmethod
    def founded(cls) -> Self:
        shop = Shop()
        shop.allergens = ()
        shop.stock(milk=PLENTY, oat=PLENTY)
        lan = shop.customer("lan")
        town = cls(shop, lan, shop.slot(capacity=PLENTY, hours_ahead=8))
        issued = accounts.issue_tokens(customer_id=accounts.CustomerId(lan.id), now=clock.now())
        town.token = issued.access_token
        relay.drain()
        return town

    def wish(self, method: str = "cash_on_delivery") -> tuple[str, str, dict[str, str]]:
        """Two in the cart, and what to ask for under a new key."""
        self.shop.put(self.lan.owner, milk=EACH)
        self.alive += 1
        self.held["milk"] += EACH
        slot, address = str(self.slot_id), str(self.lan.address_id)
        return self.token, str(uuid4()), {"slot_id": slot, "address_id": address, "method": method}

    def ordered(self) -> str:
        """An order, told of to nobody yet."""
        return str(place(*self.wish())["id"])

    def confirmed(self) -> str:
        order = self.ordered()
        relay.drain()
        return order

    def regret(self) -> tuple[str, str, str]:
        """A confirmed order that is to be cancelled under a new key."""
        order = self.confirmed()
        self.alive -= 1
        self.held["milk"] -= EACH
        return self.token, str(uuid4()), order

    def faults(self, order_id: str, *, state: str, **wanted: int) -> Iterator[str]:
        """What is wrong with this order, that should be in that state, and with what the shop holds."""
        found = _found(order_id)
        expected = {**found, "orders": 1, "payments": 1, "deliveries": 1, "told placed": 1, **wanted}
        yield from (f"{name}: {found[name]}, not {expected[name]}" for name in found if found[name] != expected[name])
        if (now := Order.objects.get(id=order_id).state) != state:
            yield f"it is {now}, not {state}"
        yield from self._shop_faults()

    def _shop_faults(self) -> Iterator[str]:
        for sku in ("milk", "oat"):
            if (left := self.shop.available(sku)) != PLENTY - self.held[sku]:
                yield f"{left} of {sku} left, and orders hold {self.held[sku]}"
        if (orders := Order.objects.exclude(state="cancelled").count()) != self.alive:
            yield f"{orders} orders, not {self.alive}"
        if (places := self.shop.places_taken(self.slot_id)) != self.alive:
            yield f"{places} places taken by {self.alive} orders"
        yield from (f"owed to {entry.subscriber}" for entry in InboxEntry.objects.owed())
        mails, messages = _mails(), set(map(str, Message.objects.values_list("id", flat=True)))
        yield from (f"mail {lost}" for lost in mails ^ messages)


def _found(order_id: str) -> dict[str, int]:
    facts = OutboxEvent.objects.filter(stream=f"order:{order_id}")
    mails = Message.objects.filter(order_id=order_id)
    return {
        "orders": Order.objects.filter(id=order_id).count(),
        "payments": Payment.objects.filter(order_id=order_id).count(),
        "deliveries": Delivery.objects.filter(order_id=order_id).count(),
        "reservations": Reservation.objects.filter(holder=f"order:{order_id}", state="open").count(),
        "told placed": facts.filter(name="ordering.OrderPlaced").count(),
        "told confirmed": facts.filter(name="ordering.OrderConfirmed").count(),
        "told cancelled": facts.filter(name="ordering.OrderCancelled").count(),
        "confirmed": OrderTransition.objects.filter(order_id=order_id, to_state="confirmed").count(),
        "confirmations": mails.filter(kind="order_confirmed", state="sent").count(),
        "cancellations": mails.filter(kind="order_cancelled", state="sent").count(),
        "told changed": facts.filter(name__in=["ordering.OrderChanged", "ordering.OrderPartlyCancelled"]).count(),
        "told not made": facts.filter(name="ordering.OrderChangeNotMade").count(),
        "told substituted": facts.filter(name="ordering.LineSubstituted").count(),
        "asked": facts.filter(name="ordering.SubstituteProposed").count(),
        "changes": OrderChange.objects.filter(order_id=order_id).count(),
        "letters of change": mails.filter(kind="order_changed", state="sent").count(),
        "questions": mails.filter(kind="substitute_proposed", state="sent").count(),
        "waiting": Revision.objects.filter(order_id=order_id, state="waiting").count(),
        "substitutions": Substitution.objects.filter(order_id=order_id).count(),
        "money to come": Payment.objects.filter(order_id=order_id, state="intended").count(),
    }


def _mails() -> set[str]:
    assert settings.MAIL_OUTBOX
    return {mail.stem for mail in Path(settings.MAIL_OUTBOX).glob("*.eml")}
