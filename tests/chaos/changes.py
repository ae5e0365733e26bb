"""What is killed in the fault points of an order that changes: edits, parts called off, substitutes; see `orders`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from django.db import transaction

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish, relay
from grocery.ordering import public as ordering
from grocery.payments.events import PaymentAuthorised
from grocery.payments.models import Payment
from tests.chaos.orders import Town, ask, place
from tests.shop import PASSWORD

type Request = tuple[str, str, str]


# --- the work -----------------------------------------------------------------------------------------------------
def edit(token: str, key: str, order_id: str) -> dict[str, Any]:
    """PATCH /orders/…: three milks instead of two, and an oat drink."""
    lines = [{"sku": "milk", "quantity": 3}, {"sku": "oat", "quantity": 1}]
    return ask("PATCH", f"orders/{order_id}", token, key, {"lines": lines})


def call_one_off(token: str, key: str, order_id: str) -> dict[str, Any]:
    """POST /orders/…/cancel: one milk of two."""
    return ask("POST", f"orders/{order_id}/cancel", token, key, {"lines": [{"sku": "milk", "quantity": 1}]})


def propose(token: str, key: str, order_id: str) -> dict[str, Any]:
    """POST /orders/…/lines/milk/substitute: there is an oat drink for one milk."""
    body = {"with_sku": "oat", "quantity": 1}
    return ask("POST", f"orders/{order_id}/lines/milk/substitute", token, key, body)


def accept(token: str, key: str, order_id: str) -> dict[str, Any]:
    """POST /orders/…/lines/milk/answer: yes."""
    return ask("POST", f"orders/{order_id}/lines/milk/answer", token, key, {"accept": True})


def let_time_pass(*_about: object) -> None:
    """What a worker does with questions that nobody answered."""
    ordering.answer_by_default(now=clock.now() + timedelta(hours=1))


# --- what there is before -----------------------------------------------------------------------------------------
@dataclass
class ChangingTown(Town):
    """A town whose orders change, and somebody in its store."""

    picker: str = ""

    @classmethod
    def founded(cls) -> Self:
        town = super().founded()
        made = accounts.create_staff(
            email="ha@example.com",
            password=PASSWORD,
            name="Hà",
            roles=[accounts.Role.PICKER],
            store_id=town.shop.store.id,
        )
        person = accounts.CustomerId(made.id)
        town.picker = accounts.issue_tokens(customer_id=person, now=clock.now()).access_token
        return town

    def to_edit(self, method: str = "cash_on_delivery") -> Request:
        """An order, paid or promised, that is about to become dearer."""
        order = self.confirmed() if method == "cash_on_delivery" else self.paid()
        self.held.update(milk=1, oat=1)
        return self.token, str(uuid4()), order

    def paid(self) -> str:
        """An order whose card holds what it comes to."""
        order = str(place(*self.wish("card"))["id"])
        self._authorise(order)
        relay.drain()
        return order

    def topped_up(self) -> tuple[str]:
        """A dearer order for which the customer has just authorised the rest; nobody was told yet."""
        request = self.to_edit("card")
        edit(*request)
        (waiting,) = ordering.order(order_id=UUID(request[2])).lines
        assert waiting.quantity == 2, "it waits for its money"
        self._authorise(request[2])
        return (request[2],)

    def _authorise(self, order_id: str) -> None:
        """The customer does it, and payments says so: of providers this is not about."""
        payment = Payment.objects.get(order_id=order_id, state="intended")
        Payment.objects.filter(id=payment.id).update(state="authorised", authorised_at=clock.now())
        with transaction.atomic():
            fact = PaymentAuthorised(
                order_id=UUID(order_id), amount=dong(payment.amount), reference=payment.top_up_for
            )
            publish(fact)

    def to_lessen(self) -> Request:
        order = self.confirmed()
        self.held["milk"] -= 1
        return self.token, str(uuid4()), order

    def to_propose(self, choice: str = "ask") -> Request:
        """A confirmed order of which one milk is missing; an oat drink is kept from here on."""
        self.shop.put(self.lan.owner, milk=1)
        wanted = ordering.SubstitutionChoice(choice)
        ordering.choose_substitution(owner=self.lan.owner, choice=wanted, now=clock.now())
        order = self.confirmed()
        self.held["oat"] += 1
        self.held["milk"] -= choice == "similar"
        return self.picker, str(uuid4()), order

    def asked(self) -> Request:
        """The customer has been asked, and is about to say yes; or the clock does."""
        request = self.to_propose()
        propose(*request)
        relay.drain()
        self.held["milk"] -= 1
        return self.token, str(uuid4()), request[2]
