"""Customers and the cards that are kept for them: https://docs.stripe.com/payments/save-during-payment."""

from __future__ import annotations

from typing import Any

from tests.sandbox.clock import Clock
from tests.sandbox.dispatch import new_id
from tests.sandbox.store import Document, Store
from tests.sandbox.stripe import cards
from tests.sandbox.stripe.errors import ApiError, invalid, missing


class Wallets:
    """All customers of one account and their cards. Callers hold the store's lock."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def open(self, metadata: Document) -> Document:
        customer: Document = {
            "id": new_id("cus"),
            "object": "customer",
            "created": int(self._clock.now()),
            "email": None,
            "livemode": False,
            "metadata": metadata,
        }
        self._store.put("customer", customer["id"], customer)
        return customer

    def customer(self, key: str) -> Document:
        customer = self._store.get("customer", key)
        if customer is None:
            raise missing("customer", key)
        return customer

    def keep(self, key: str, customer: str | None, number: str) -> None:
        """A payment was made with this card; from now on it can be charged again if it has an owner."""
        card = cards.by_number(number)
        method: Document = {
            "id": key,
            "object": "payment_method",
            "card": {"brand": card.brand, "last4": card.last4, "exp_month": 12, "exp_year": 2030},
            "created": int(self._clock.now()),
            "customer": customer,
            "livemode": False,
            "type": "card",
        }
        self._store.put("payment_method", key, method)
        self._store.put("kept", key, {"number": number})

    def method(self, key: str) -> Document:
        method = self._store.get("payment_method", key)
        if method is None:
            raise missing("PaymentMethod", key)
        return method

    def card_for(self, intent: Document, key: str) -> cards.Card:
        """The kept card, for a payment of its owner's. Raises as Stripe does for anybody else's."""
        method = self.method(key)
        if method["customer"] is None:
            raise invalid(
                "The provided PaymentMethod was detached from its Customer, or never attached.",
                param="payment_method",
                code="payment_method_unexpected_state",
            )
        if method["customer"] != intent.get("customer"):
            message = "The provided PaymentMethod does not belong to the Customer of this PaymentIntent."
            raise ApiError(400, "invalid_request_error", message, param="payment_method")
        kept = self._store.get("kept", key) or {"number": ""}
        return cards.by_number(kept["number"])

    def detach(self, key: str) -> Document:
        method = self.method(key)
        if method["customer"] is None:
            message = "The payment method you provided is not attached to a customer so detachment is impossible."
            raise invalid(message, param="payment_method", code="payment_method_unexpected_state")
        method["customer"] = None
        self._store.put("payment_method", key, method)
        return method

    def becomes(self, key: str, token: str) -> Document:
        """The bank changes its mind about a kept card: from now on it does what that test card does."""
        self.method(key)
        self._store.put("kept", key, {"number": cards.BY_TOKEN[token].number})
        return self.method(key)

    def methods(self, customer: str | None = None) -> list[Any]:
        """Newest first."""
        every = reversed(self._store.all("payment_method"))
        return [method for method in every if customer in {None, method["customer"]}]
