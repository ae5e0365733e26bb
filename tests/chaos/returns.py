"""What is killed in the fault points of goods that come back: a refusal at the door, a return, the queue that sends
its money, an order that nobody took; see `orders`. Cards are paid at Stripe's sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.test import Client

from grocery.accounts.public import Role
from grocery.inventory.models import Movement
from grocery.kernel import clock
from grocery.kernel.models import OutboxEvent
from grocery.kernel.outbox import relay
from grocery.ordering import public as ordering
from grocery.ordering.models import Order, OrderReturn
from grocery.payments import public as payments
from grocery.payments.models import Payment, Refund
from tests.chaos.orders import Town, ask, place
from tests.ordering.staff import at_work
from tests.sandbox.running import Sandbox

TASKS = "/en/admin/ordering/order/tasks"

#: Whose session, at which page, with what in its form.
type Press = tuple[str, str, dict[str, str]]


# --- the work -----------------------------------------------------------------------------------------------------
def press(session: str, page: str, form: dict[str, str]) -> None:
    """What staff send from a page of the desk; they are led on by it, also when it was done before."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    answer = client.post(f"{TASKS}/{page}", form)
    assert answer.status_code == 302, f"{page}: {answer.status_code} {answer.content.decode()}"


def ask_back(token: str, key: str, order_id: str) -> dict[str, Any]:
    """POST /orders/…/returns: one milk of two."""
    line = {"sku": "milk", "quantity": 1, "reason": "changed_mind"}
    return ask("POST", f"orders/{order_id}/returns", token, key, {"lines": [line]}, status=201)


def settle(*_about: object) -> None:
    """What a worker does with decisions that stand, and a relay with what follows."""
    ordering.settle_returns(now=clock.now() + timedelta(hours=1))
    relay.drain()


# --- what there is before, and after ------------------------------------------------------------------------------
@dataclass
class ReturningTown(Town):
    """A town in which goods come back, with somebody at its desk and a bank for its cards."""

    desk: str = ""
    bank: Sandbox | None = None

    @classmethod
    def founded(cls) -> Self:
        town = super().founded()
        town.desk = at_work(town.shop.store.id, Role.MANAGER).cookies[settings.SESSION_COOKIE_NAME].value
        return town

    def on_the_road(self, method: str = "cash_on_delivery") -> str:
        """Two milks before the door."""
        order = self.confirmed() if method == "cash_on_delivery" else self._paid_by_card()
        for step in (ordering.start_picking, ordering.mark_packed, ordering.dispatch):
            step(order_id=UUID(order), by=self.shop.picker, now=clock.now())
        self._hear()
        return order

    def delivered(self, method: str = "cash_on_delivery") -> str:
        order = self.on_the_road(method)
        ordering.deliver(order_id=UUID(order), by=self.shop.picker, now=clock.now())
        relay.drain()
        return order

    def to_refuse(self) -> Press:
        order = self.on_the_road()
        form = {"key": str(uuid4()), "quantity-milk": "1", "reason-milk": "changed_mind"}
        return self.desk, f"orders/{order}/refused/", form

    def to_ask(self) -> tuple[str, str, str]:
        return self.token, str(uuid4()), self.delivered()

    def to_decide(self, method: str = "cash_on_delivery") -> Press:
        """One milk that is to go back on its shelf."""
        order = self.delivered(method)
        ask_back(self.token, str(uuid4()), order)
        relay.drain()
        self.held["milk"] -= 1
        lot = next(lot.lot_id for lot in ordering.return_work(return_id=_row(order).id, store_id=None).lots)
        return self.desk, f"returns/{_row(order).id}/", {"answer-milk": f"shelf:{lot}"}

    def to_settle(self) -> tuple[str]:
        """A decision that stands, about an order whose money was taken from a card."""
        decision = self.to_decide("card")
        press(*decision)
        relay.drain()
        return (order_of(decision),)

    def to_take_in(self) -> Press:
        """A milk that was refused at the door and is in the store again."""
        refusal = self.to_refuse()
        press(*refusal)
        settle()
        self.held["milk"] -= 1
        return self.desk, f"returns/{_row(order_of(refusal)).id}/goods/", {"answer-milk": "shelf"}

    def to_bring_back(self) -> Press:
        """A driver before a closed door."""
        order = self.on_the_road()
        return self.desk, f"orders/{order}/came-back/", {"do": "fail", "note": "gate closed"}

    def to_give_up(self) -> Press:
        """Paid by card, and nobody was at home."""
        order = self.on_the_road("card")
        page = f"orders/{order}/came-back/"
        press(self.desk, page, {"do": "fail", "note": "gate closed"})
        relay.drain()
        self.alive -= 1
        return self.desk, page, {"do": "end", "note": ""}

    def _paid_by_card(self) -> str:
        assert self.bank
        order = str(place(*self.wish("card"))["id"])
        ordering.pay(order_id=UUID(order), customer_id=self.lan.id, now=clock.now())
        self.bank.pay(Payment.objects.get(order_id=order).reference)
        self._hear()
        return order

    def _hear(self) -> None:
        """What the relay tells the bank, and the bank us."""
        relay.drain()
        for webhook in self.bank.take_webhooks() if self.bank else ():
            headers = {name.lower(): text for name, text in webhook["headers"].items()}
            payments.take_webhook(
                provider="stripe", body=webhook["body"].encode(), headers=headers, now=datetime.now(UTC)
            )
        relay.drain()

    def faults_of_return(self, order_id: str, *, state: str, is_: str, **wanted: int) -> Iterator[str]:
        """What is wrong with this order and the one return of it, that should be in these states."""
        yield from self.faults(order_id, state=state)
        found = self._found_back(order_id)
        expected = dict.fromkeys(found, 0) | {"returns": 1} | wanted
        yield from (f"{name}: {found[name]}, not {expected[name]}" for name in found if found[name] != expected[name])
        if (now := _row(order_id).state) != is_:
            yield f"its return is {now}, not {is_}"

    def _found_back(self, order_id: str) -> dict[str, int]:
        facts = OutboxEvent.objects.filter(stream=f"order:{order_id}")
        came = Movement.objects.filter(reference=f"order:{order_id}", kind="returned")
        return {
            "returns": OrderReturn.objects.filter(order_id=order_id).count(),
            "given back": Order.objects.get(id=order_id).given_back,
            "told rejected": facts.filter(name="ordering.LineRejected").count(),
            "told requested": facts.filter(name="ordering.ReturnRequested").count(),
            "told decided": facts.filter(name="ordering.ReturnDecided").count(),
            "told returned": facts.filter(name="ordering.OrderReturned").count(),
            "told undelivered": facts.filter(name="ordering.OrderUndelivered").count(),
            "movements": came.count(),
            "refunds": Refund.objects.filter(order_id=order_id).count(),
            "refunded by the bank": self._refunded(order_id),
        }

    def returns(self, order_id: str) -> int:
        return self._found_back(order_id)["returns"]

    def told_undelivered(self, order_id: str) -> int:
        return self._found_back(order_id)["told undelivered"]

    def _refunded(self, order_id: str) -> int:
        if not self.bank:
            return 0
        ours = set(Payment.objects.filter(order_id=order_id).values_list("reference", flat=True))
        refunds = self.bank.objects("refund")
        return sum(one["amount"] for one in refunds if one["payment_intent"] in ours)


def order_of(pressed: Press) -> str:
    """The order whose page that is, or of whose return."""
    kind, of, *_rest = pressed[1].split("/")
    return of if kind == "orders" else str(OrderReturn.objects.get(id=of).order_id)


def _row(order_id: str) -> OrderReturn:
    return OrderReturn.objects.get(order_id=order_id)
