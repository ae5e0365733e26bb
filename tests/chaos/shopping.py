"""People who buy over HTTP in a shop whose processes die: they repeat what was not answered, under the same key."""

from __future__ import annotations

import random
import ssl
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from threading import Event
from time import monotonic, time
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx

#: "kept": paid at the door. "cancelled": changed their mind. "left": a card that was never shown in time.
type Way = Literal["kept", "cancelled", "left"]

#: What a request may say while processes die: it is repeated.
_AGAIN = {"idempotency_key_in_flight"}
_NO_ORDER = {"out_of_stock"}
_TOO_LATE = {"order_not_cancellable"}
_PATIENCE = 30.0
#: Shared: to make one takes longer than a request.
_NO_TLS = ssl.create_default_context()


@dataclass
class Wish:
    """A basket that somebody wants once, under one key; `order` once it is known to have been placed."""

    basket: dict[str, int]
    way: Way
    key: str = field(default_factory=lambda: str(uuid4()))
    order: str | None = None


@dataclass(frozen=True)
class Place:
    """Where one buys: several web processes, a slot, and a ward that is delivered to."""

    urls: Sequence[str]
    slot: str
    province: str
    ward: str
    skus: Sequence[str]


@dataclass
class Seen:
    """What came back: requests that broke, answers that should never be given, orders told by a later request than
    the one that placed them.
    """

    broken: int = 0
    unavailable: int = 0
    late: int = 0
    wrong: list[str] = field(default_factory=list)


class Buyer:
    """Someone with an account and an address, who wants one basket after the other."""

    def __init__(self, place: Place, seed: int) -> None:
        self.place, self.seen, self.dice = place, Seen(), random.Random(seed)
        self.wishes: list[Wish] = []
        self._clients = [httpx.Client(base_url=f"{url}/api/v1", timeout=20, verify=_NO_TLS) for url in place.urls]
        self._doors = cycle(self._clients)
        self._door = next(self._doors)
        self._headers: dict[str, str] = {}
        self._asked_at = 0.0

    def come_in(self) -> None:
        """Register, and say where they live; before anything dies."""
        person = {"email": f"khach-{uuid4().hex}@example.com", "password": "rau-muong-xao-toi", "name": "Lan"}
        tokens = self._ask("POST", "/auth/register", json=person).json()
        self._headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        address = {"recipient": "Lan", "phone": "0903 123 456", "street": "18/3 Lê Anh Xuân"}
        where = {"province_code": self.place.province, "ward_code": self.place.ward}
        self._address = self._ask("POST", "/me/addresses", json=address | where).json()["id"]

    def leave(self) -> None:
        for client in self._clients:
            client.close()

    def buy_until(self, over: Event) -> None:
        """One wish after the other; what has been begun is ended."""
        while not over.is_set():
            skus = self.dice.sample(self.place.skus, 2)
            way: Way = self.dice.choice(["kept", "cancelled", "left"])
            self.fulfil(Wish({sku: self.dice.randint(1, 2) for sku in skus}, way))

    def fulfil(self, wish: Wish) -> None:
        """Fill the cart, check out, and perhaps cancel."""
        self.wishes.append(wish)
        self._ask("DELETE", "/cart")
        for sku, amount in wish.basket.items():
            self._ask("PUT", f"/cart/items/{sku}", json={"quantity": amount})
        wish.order = self._check_out(wish)
        if wish.order and wish.way == "cancelled":
            why = {"reason": "Đổi ý"}
            self._ask("POST", f"/orders/{wish.order}/cancel", json=why, key=str(uuid4()), may=_TOO_LATE)

    def _check_out(self, wish: Wish) -> str | None:
        """The order; None if the goods are gone. It may have been placed by an earlier request, that broke."""
        method = "card" if wish.way == "left" else "cash_on_delivery"
        body = {"slot_id": self.place.slot, "address_id": self._address, "method": method}
        answer: dict[str, str] = self._ask("POST", "/checkout", json=body, key=wish.key, may=_NO_ORDER).json()
        if order := answer.get("id"):
            self.seen.late += _made_at(order) < self._asked_at
        return order

    def _ask(
        self, method: str, path: str, *, key: str = "", may: Collection[str] = (), **arguments: Any
    ) -> httpx.Response:
        """The same request until it is answered, at another door whenever one is closed; it `may` fail so."""
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        until, last = monotonic() + _PATIENCE, ""
        while monotonic() < until:
            self._asked_at = time()
            try:
                answer = self._door.request(method, path, headers=headers, **arguments)
            except httpx.TransportError as error:
                last = repr(error)
                self.seen.broken += not isinstance(error, httpx.ConnectError)
                self._door = next(self._doors)
                Event().wait(0.02)
                continue
            if not self._is_to_be_repeated(answer, may):
                return answer
            last = f"{answer.status_code} {answer.text}"
            Event().wait(0.05)
        raise TimeoutError(f"{method} {path} was not answered in {_PATIENCE:.0f} s; last: {last}")

    def _is_to_be_repeated(self, answer: httpx.Response, may: Collection[str]) -> bool:
        if answer.is_success:
            return False
        if answer.status_code == 503:
            self.seen.unavailable += 1
            return True
        code = answer.json().get("code") if answer.status_code < 500 else None
        if code not in {*may, *_AGAIN}:
            self.seen.wrong.append(f"{answer.request.url.path}: {answer.status_code} {answer.text}")
        return code in _AGAIN


def _made_at(order: str) -> float:
    """When the order got its id, seconds since 1970, a millisecond too early at most (RFC 9562, version 7)."""
    return ((UUID(order).int >> 80) + 1) / 1000
