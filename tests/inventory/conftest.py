"""A store with shelves, and words to fill and look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.quantity import plain, quantity

NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)  # twelve o'clock in Hồ Chí Minh City
TODAY = date(2026, 11, 20)


def days(number: int) -> date:
    """The day so many days from today."""
    return TODAY + timedelta(days=number)


def listed(*skus: str) -> None:
    """The catalogue sells these."""
    catalog.save_category(slug="food", name_en="Food", name_vi="Thực phẩm")
    for sku in skus:
        name = sku.capitalize()
        draft = catalog.ProductDraft(sku=sku, name_en=name, name_vi=name, category="food", price=10_000)
        catalog.save_product(draft=draft, now=NOON)


def _new_store() -> UUID:
    code = f"s-{new_id().hex[-12:]}"
    return catalog.save_store(code=code, name_en="Riverside", name_vi="Bờ Sông").id


@dataclass
class Shop:
    """One store, seen from the shelves."""

    location: UUID = field(default_factory=_new_store)
    by: UUID = field(default_factory=new_id)

    def receive(self, sku: str, amount: int | str, *, expires: int | None = None, lot: str = "") -> None:
        """Goods come in that expire in so many days (None: they keep)."""
        self.change(inventory.ChangeKind.RECEIVE, sku, amount, expires=expires, lot=lot)

    def change(
        self,
        kind: inventory.ChangeKind,
        sku: str,
        amount: int | str,
        *,
        expires: int | None = None,
        lot: str = "",
        reason: str = "because",
    ) -> list[inventory.StockLevel]:
        day = None if expires is None else days(expires)
        change = inventory.StockChange(kind, sku, quantity(amount), lot, day, reason)
        return inventory.change_stock(location=self.location, changes=[change], now=NOON, by=self.by)

    def reserve(
        self,
        holder: str,
        basket: Mapping[str, int | str] | None = None,
        *,
        on: int = 0,
        fresh: int = 0,
        until: datetime | None = None,
        replaces: str | None = None,
        **wanted: int | str,
    ) -> dict[str, Decimal]:
        """Reserve for the day so many days from today; what came from which lot, as "sku +days" or "sku"."""
        demands = [
            inventory.Demand(sku, quantity(amount), fresh) for sku, amount in {**(basket or {}), **wanted}.items()
        ]
        with transaction.atomic():
            reservation = inventory.reserve(
                holder=holder,
                location=self.location,
                demands=demands,
                good_on=days(on),
                until=until,
                now=NOON,
                replaces=replaces,
            )
        return by_lot(reservation.allocations)

    def level(self, sku: str) -> inventory.StockLevel:
        (level,) = [level for level in inventory.stock(sku=sku, now=NOON) if level.location == self.location]
        return level

    def on_hand(self, sku: str) -> Decimal:
        return self.level(sku).on_hand

    def available(self, sku: str) -> Decimal:
        return self.level(sku).available


def by_lot(allocations: tuple[inventory.Allocation, ...]) -> dict[str, Decimal]:
    return {
        part.sku if part.expires_on is None else f"{part.sku} +{(part.expires_on - TODAY).days}": part.quantity
        for part in allocations
    }


class Facts:
    """What was told since one last asked to forget."""

    def __init__(self) -> None:
        self._known: set[UUID] = set()

    def forget(self) -> None:
        self._known = set(OutboxEvent.objects.values_list("id", flat=True))

    def told(self) -> list[str]:
        """Each fact in a few words, sorted: a stock item with its version and on hand/reserved."""
        return sorted(map(_in_words, OutboxEvent.objects.exclude(id__in=self._known)))

    def told_in_full(self, *names: str) -> list[list[object]]:
        """These figures of each fact about stock, in the order in which they were told."""
        told = OutboxEvent.objects.exclude(id__in=self._known).filter(name="inventory.StockChanged").order_by("id")
        return [[_plainly(fact.payload[name]) for name in names] for fact in told]


def _plainly(said: object) -> object:
    return plain(Decimal(said)) if isinstance(said, str) and said.replace(".", "").isdigit() else said


def _in_words(fact: OutboxEvent) -> str:
    said = fact.payload
    if fact.name == "inventory.ReservationEnded":
        return f"ReservationEnded {said['holder']}"
    if fact.name == "inventory.LotExpiringSoon":
        return f"LotExpiringSoon {said['sku']} {said['expires_on']}"
    if fact.name in {"inventory.LotMarkedDown", "inventory.MarkdownEnded"}:
        return f"{fact.name.removeprefix('inventory.')} {said['sku']} {said['percent']}"
    if fact.name == "inventory.HotItemMoved":
        return f"HotItemMoved {said['sku']}"
    amounts = "/".join(plain(Decimal(said[name])) for name in ("on_hand", "reserved"))
    return f"StockChanged {said['sku']} v{said['version']} {amounts}"


@pytest.fixture
def facts(db: None) -> Facts:
    return Facts()


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


@pytest.fixture
def at_the_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff pages at noon of these tests' day."""
    monkeypatch.setattr("grocery.kernel.clock.now", lambda: NOON)
