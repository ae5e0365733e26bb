"""People who use the shop over its HTTP API, and nothing else."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from grocery.config.demo import PEOPLE
from grocery.config.processes import Shop

_numbers = itertools.count(1)
#: Closed after each test.
open_clients = ExitStack()


@dataclass
class Person:
    """Someone with an HTTP client: a guest first, signed in later."""

    shop: Shop
    language: str = "vi"
    email: str = field(default_factory=lambda: f"khach-{next(_numbers)}-{uuid4().hex[:6]}@example.com")
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Accept-Language": self.language}
        client = httpx.Client(base_url=f"{self.shop.url}/api/v1", headers=headers, timeout=30)
        self.http = open_clients.enter_context(client)

    def ask(self, method: str, path: str, *, expect: int = 200, key: str = "", **arguments: Any) -> Any:
        """One request; the body of the answer. Fails the test when the status is another one."""
        headers = {"Idempotency-Key": key or str(uuid4())} if method == "POST" else {}
        answer = self.http.request(method, path, headers=headers, **arguments)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        if token := answer.headers.get("Cart-Token"):
            self.http.headers["Cart-Token"] = token
        return answer.json() if answer.content else None

    # --- coming in ---

    def register(self, name: str = "Nguyễn Thị Lan") -> Person:
        body = {"email": self.email, "password": "rau-muong-xao-toi", "name": name, "language": self.language}
        return self._with(self.ask("POST", "/auth/register", json=body, expect=201))

    def sign_in(self, email: str, password: str) -> Person:
        self.email = email
        return self._with(self.ask("POST", "/auth/login", json={"email": email, "password": password}))

    def staff(self) -> Person:
        return self.sign_in(*PEOPLE["staff"])

    def _with(self, tokens: dict[str, Any]) -> Person:
        self.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return self

    # --- shopping ---

    def put(self, sku: str, quantity: float = 1) -> Any:
        return self.ask("PUT", f"/cart/items/{sku}", json={"quantity": quantity})

    def store(self) -> str:
        return str(self.ask("GET", "/stores")["stores"][0]["id"])

    def goods(self, count: int) -> list[dict[str, Any]]:
        """Some products that are in stock and sold by the piece, popular ones first."""
        items = self.ask("GET", "/products", params={"in_stock": True, "limit": 50})["products"]
        return [item for item in items if item["unit"] == "piece"][:count]

    def live_at(self, ward: str = "Ben Thanh Ward") -> dict[str, Any]:
        [place] = [w for w in self.ask("GET", "/provinces/79/wards") if w["name_en"] == ward]
        address = {
            "recipient": "Nguyễn Thị Lan",
            "phone": "0903 123 456",
            "province_code": "79",
            "ward_code": place["code"],
            "street": "18/3 Lê Anh Xuân",
        }
        made: dict[str, Any] = self.ask("POST", "/me/addresses", json=address, expect=201)
        return made

    def slot(self, ward_code: str) -> dict[str, Any]:
        """The second open slot: the first may close while a test runs."""
        where = {"store_id": self.store(), "ward": ward_code, "days": 3}
        found: dict[str, Any] = [
            slot for slot in self.ask("GET", "/slots", params=where)["slots"] if slot["state"] == "open"
        ][1]
        return found

    def order(self, method: str = "card", *, expect: int = 201, skus: list[str] | None = None) -> Any:
        """Fill the cart, hold a slot, place the order."""
        for sku in skus or [item["sku"] for item in self.goods(3)]:
            self.put(sku)
        return self.check_out(method, expect=expect)

    def check_out(self, method: str = "card", *, expect: int = 201, key: str = "") -> Any:
        address = self.live_at()
        slot = self.slot(address["ward_code"])
        body = {"slot_id": slot["id"], "address_id": address["id"], "method": method}
        return self.ask("POST", "/checkout", json=body, expect=expect, key=key)

    def pay(self, order_id: str, card: str = "pm_card_visa") -> httpx.Response:
        """What the provider's script does in the browser: confirm with the client secret."""
        step = self.ask("POST", f"/orders/{order_id}/pay")
        intent = step["client_secret"].split("_secret_")[0]
        body = {"key": step["publishable_key"], "client_secret": step["client_secret"], "payment_method": card}
        return httpx.post(f"{self.shop.sandbox_url}/v1/payment_intents/{intent}/confirm", data=body, timeout=30)

    def state(self, order_id: str) -> str:
        return str(self.ask("GET", f"/orders/{order_id}")["state"])

    def mail(self) -> list[EmailMessage]:
        """What has come into this person's mailbox, oldest first."""
        return [mail for mail in mails(self.shop) if mail["To"] and self.email in mail["To"]]


def mails(shop: Shop) -> list[EmailMessage]:
    """Everything in the local outbox."""
    files = sorted(Path(shop.environment["MAIL_OUTBOX"]).glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def shelf(person: Person, sku: str) -> dict[str, Any]:
    """What staff see of a SKU in the store that customers are served from."""
    here = person.store()
    [level] = [level for level in person.ask("GET", f"/stock/{sku}")["stores"] if level["store_id"] == here]
    return dict(level)


def available(person: Person, sku: str) -> float:
    """How much of it may still be promised there."""
    return float(shelf(person, sku)["available"])
