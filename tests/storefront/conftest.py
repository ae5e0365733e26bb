"""A small shop in Bến Thành, open on a Friday at noon, and words to walk through it as a visitor."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.config import messages
from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel import clock
from grocery.kernel.money import dong
from grocery.kernel.outbox import relay
from grocery.kernel.quantity import quantity

#: A Friday, noon in Hồ Chí Minh City.
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
BEN_THANH, HO_CHI_MINH_CITY, HA_NOI_WARD = "26743", "79", "00070"
PASSWORD = "rau muong xao toi"

GOODS = [
    catalog.ProductDraft(
        sku="tomato",
        name_en="Beef tomatoes, Đà Lạt",
        name_vi="Cà chua beef Đà Lạt",
        category="roots",
        price=18_900,
        net_content=Decimal(500),
        net_unit=catalog.NetUnit.G,
        vat_group="fresh",
        perishable=True,
        min_freshness_days=4,
        dietary=("vegan", "gluten_free"),
        image="food/tomato.svg",
        description_en="Grown at 1,500 metres.",
        description_vi="Trồng ở độ cao 1.500 mét.",
    ),
    catalog.ProductDraft(
        sku="shrimp",
        name_en="Fresh white shrimp",
        name_vi="Tôm thẻ tươi",
        category="seafood",
        price=219_000,
        unit=catalog.Unit.KG,
        step=Decimal("0.1"),
        vat_group="fresh",
        perishable=True,
        min_freshness_days=2,
        image="food/shrimp.svg",
    ),
    catalog.ProductDraft(
        sku="rice",
        name_en="ST25 rice",
        name_vi="Gạo ST25",
        category="pantry",
        price=189_000,
        net_content=Decimal(5000),
        net_unit=catalog.NetUnit.G,
        vat_group="fresh",
        image="food/cooked-rice.svg",
    ),
]


@dataclass
class Market:
    """The shop as a test speaks of it."""

    store: catalog.Store
    slots: list[UUID] = field(default_factory=list)

    def receive(self, *skus: str, amount: str = "50", expires_in: int | None = 9) -> None:
        """Goods come in, and the lists hear of it."""
        self.put_away(*skus, amount=amount, expires_in=expires_in)
        relay.drain()

    def put_away(self, *skus: str, amount: str = "50", expires_in: int | None = 9) -> None:
        """Goods come in, and nobody has heard of it yet."""
        expires_on = TODAY + timedelta(days=expires_in) if expires_in is not None else None
        lines = [inventory.StockLine(catalog.Sku(sku), quantity(amount), expires_on) for sku in skus]
        inventory.stock_up(location=self.store.id, lines=lines, now=NOON)

    def reprice(self, sku: str, price: int) -> None:
        draft = next(goods for goods in GOODS if goods.sku == sku)
        changed = {name: getattr(draft, name) for name in draft.__slots__} | {"price": price}
        catalog.save_product(draft=catalog.ProductDraft(**changed), now=NOON)

    def customer(self, email: str = "lan@example.com") -> accounts.Profile:
        return accounts.register(email=email, password=PASSWORD, name="Nguyễn Thị Lan", phone="0903123456", now=NOON)

    def address(self, customer: accounts.Profile, *, ward_code: str = BEN_THANH) -> accounts.Address:
        ward = accounts.ward(ward_code=ward_code)
        return accounts.save_address(
            customer_id=customer.id,
            recipient=customer.name,
            phone=customer.phone,
            province_code=ward.province_code,
            ward_code=ward_code,
            street="18/3 Lê Anh Xuân",
        )

    def open_slots(self) -> list[str]:
        """What can be had in Bến Thành, earliest first."""
        offers = delivery.slots(store_id=self.store.id, ward_code=BEN_THANH, now=NOON)
        return [str(offer.slot.id) for offer in offers if offer.state is delivery.SlotState.OPEN]


@pytest.fixture(scope="session", autouse=True)
def _translations() -> None:
    messages.compile_messages()


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.fixture
def market(db: Any) -> Market:
    return open_market()


def open_market() -> Market:
    """Fill an empty database with the shop."""
    store = catalog.save_store(
        code="ben-thanh", name_en="Grocery Bến Thành", name_vi="Grocery Bến Thành", phone="+842838000000"
    )
    for slug, name_en, name_vi, parent, tint in (
        ("vegetables", "Vegetables", "Rau củ", None, "leaf"),
        ("roots", "Roots", "Củ quả", "vegetables", None),
        ("seafood", "Seafood", "Cá & hải sản", None, "rose"),
        ("pantry", "Pantry", "Gạo & mì", None, "sand"),
    ):
        catalog.save_category(slug=slug, name_en=name_en, name_vi=name_vi, parent=parent, tint=tint)
    for draft in GOODS:
        catalog.save_product(draft=draft, now=NOON)
    delivery.save_zone(
        store_id=store.id,
        name_en="Centre",
        name_vi="Trung tâm",
        fee=dong(15_000),
        free_from=dong(600_000),
        ward_codes=[BEN_THANH],
    )
    for starts, ends in ((8, 10), (16, 18), (18, 20)):
        delivery.save_slot_plan(
            store_id=store.id, weekdays=range(7), starts=time(starts), ends=time(ends), capacity=2
        )
    delivery.open_slots(now=NOON)
    market = Market(store)
    market.put_away(*(draft.sku for draft in GOODS if not draft.perishable), expires_in=None)
    market.receive(*(draft.sku for draft in GOODS if draft.perishable))
    return market


class Visitor(Client):
    """Someone with a browser. `placed` is where placing an order led to, where a test has placed one."""

    placed: str = ""

    def signed_in(self, customer: accounts.Profile) -> Visitor:
        self.post("/sign-in/", {"email": customer.email, "password": PASSWORD})
        return self

    def put(self, sku: str, count: str, **more: str) -> Any:  # type: ignore[override]  # not HTTP's PUT
        """What a settled stepper sends."""
        return self.post(f"/cart/lines/{sku}", {"quantity": count, **more}, headers={"HX-Request": "true"})


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def text_of(response: Any) -> str:
    """A page's words, without tags, in one line."""
    body = re.sub(r"<(script|svg|style)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"[ \n\t\r]+", " ", re.sub(r"<[^>]+>", " ", body))


def hidden(response: Any, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found, f"no hidden field {name}"
    return found[1]
