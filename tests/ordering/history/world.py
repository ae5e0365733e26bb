"""A shop in which anything may happen, and the plain model of what should come of it; see `test_histories`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from grocery.catalog import public as catalog
from grocery.delivery.models import Slot as SlotRow
from grocery.inventory import public as inventory
from grocery.inventory.models import Allocation, Lot
from grocery.kernel.errors import DomainError
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity, quantity
from grocery.ordering import public as ordering
from grocery.payments.events import PaymentAuthorised
from grocery.payments.models import Payment
from tests.ordering.conftest import NOON
from tests.ordering.history.orders import Bought, Slot
from tests.ordering.history.prices import Rule
from tests.ordering.staff import worker
from tests.shop import Customer, Shop

#: What there is: price, dietary properties, allergens (None: nobody knows).
GOODS: Mapping[str, tuple[int, set[str], set[str] | None]] = {
    "milk": (38_500, {"vegetarian"}, {"milk"}),
    "goat": (30_000, {"vegetarian"}, {"milk"}),
    "oat": (45_000, {"vegetarian", "vegan"}, set()),
    "nutty": (35_000, {"vegetarian"}, {"milk", "nuts"}),
    "whey": (39_000, set(), {"milk"}),
    "riddle": (37_000, {"vegetarian"}, None),
    "shrimp": (219_000, {"halal"}, {"crustaceans"}),
    "avocado": (79_000, {"halal", "vegan"}, set()),
    "melon": (60_000, {"halal", "vegan", "gluten_free"}, None),
}
BY_WEIGHT = {"shrimp", "avocado", "melon"}
#: What is counted by the piece, and paid by weight; and what such a piece weighs about.
PIECE = {"melon": Decimal("0.75")}
STEP = {sku: PIECE.get(sku, Decimal("0.25")) if sku in BY_WEIGHT else Decimal(1) for sku in GOODS}


def may_stand_in(sku: str, original: str) -> bool:
    """Nothing that was asked for is lost, nothing that is avoided comes in."""
    (_, has, within), (_, wanted, known) = GOODS[sku], GOODS[original]
    return has >= wanted and within is not None and within <= (known or set())


#: How often what has happened, in all histories of this process.
HAPPENED: Counter[str] = Counter()


def note(what: str) -> None:
    HAPPENED[what] += 1


#: The day of the histories, on which everything near its date is good for the last time.
TODAY = NOON.date()


class Died(BaseException):
    """The process was killed."""


@contextmanager
def dying(before: int) -> Iterator[None]:
    """Die before that statement, counted from 0; what was not committed is undone, as by the server."""
    left = before

    def reap(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        left -= not sql.startswith("ROLLBACK")
        if left == -1:
            left -= 1
            raise Died
        return execute(sql, params, many, context)

    with connection.execute_wrapper(reap):
        yield


@dataclass(frozen=True)
class Stock:
    """What stands on the shelves, and who was promised what of it, lot by lot."""

    lots: list[tuple[UUID, str, Decimal, int | None]]
    parts: list[tuple[str, UUID, str, Decimal, int | None]]
    last_day: dict[UUID, date | None]

    @classmethod
    def taken(cls) -> Stock:
        lots = Lot.objects.filter(on_hand__gt=0)
        parts = Allocation.objects.filter(reservation__state="open")
        return cls(
            list(lots.values_list("id", "stock_item__sku", "on_hand", "percent_off")),
            list(
                parts.values_list("reservation__holder", "lot_id", "lot__stock_item__sku", "quantity", "percent_off")
            ),
            dict(Lot.objects.values_list("id", "expires_on")),
        )

    def good(self, lot: UUID, day: date) -> bool:
        return (last := self.last_day[lot]) is None or last >= day

    def free(self, sku: str, percent: int | None = None, *, on: date = TODAY, own: tuple[str, ...] = ()) -> Decimal:
        """What could be promised for that day at that price to somebody who has been promised `own`."""
        there = {
            lot: on_hand for lot, of, on_hand, at in self.lots if (of, at) == (sku, percent) and self.good(lot, on)
        }
        taken = sum(
            (part for holder, lot, _, part, _ in self.parts if lot in there and holder not in own), Decimal(0)
        )
        kept = sum(
            (
                part
                for holder, lot, of, part, at in self.parts
                if of == sku and holder in own and at == percent and lot not in there and self.good(lot, on)
            ),
            Decimal(0),
        )
        return sum(there.values(), Decimal(0)) - taken + kept

    def repriced(self, sku: str, own: tuple[str, ...]) -> bool:
        """Whether a lot of which `own` holds some has another price by now."""
        now = {lot: percent for lot, _, _, percent in self.lots}
        return any(h in own and of == sku and now.get(lot) != at for h, lot, of, _, at in self.parts)

    def kept(self, holder: str, sku: str, on: date) -> Decimal:
        """How much of it somebody holds at its full price that is good on the day."""
        mine = [(lot, part) for who, lot, of, part, at in self.parts if (who, of, at) == (holder, sku, None)]
        return sum((part for lot, part in mine if self.good(lot, on)), Decimal(0))

    def percents(self, sku: str) -> list[int]:
        """The markdowns of a product, the cheapest units first."""
        return sorted({at for _, of, _, at in self.lots if of == sku and at}, reverse=True)

    def held(self) -> dict[str, Counter[str]]:
        """Who holds how much of what."""
        found: dict[str, Counter[str]] = {}
        for holder, _, sku, part, _ in self.parts:
            found.setdefault(holder, Counter())[sku] += part  # type: ignore[assignment]  # quantities are exact
        return found

    def near(self, holder: str) -> dict[tuple[str, int], Decimal]:
        """How much of what is held comes from marked-down lots, by product and percentage."""
        found: dict[tuple[str, int], Decimal] = {}
        for who, _, sku, part, at in self.parts:
            if who == holder and at:
                found[sku, at] = found.get((sku, at), Decimal(0)) + part
        return found


@dataclass
class World:
    """The shop, its clock, who comes, and what should be: the model."""

    shop: Shop
    people: list[Customer]
    slots: list[Slot]
    now: datetime = NOON
    prices: dict[str, int] = field(default_factory=lambda: {sku: price for sku, (price, _, _) in GOODS.items()})
    offers: dict[UUID, Rule] = field(default_factory=dict)
    limits: dict[UUID, int] = field(default_factory=dict)
    orders: dict[UUID, Bought] = field(default_factory=dict)
    received: Counter[str] = field(default_factory=Counter)
    gone: Counter[str] = field(default_factory=Counter)
    pickers: dict[UUID, tuple[Principal, UUID]] = field(default_factory=dict)
    owners: dict[UUID, Customer] = field(default_factory=dict)

    @classmethod
    def opened(cls) -> World:
        """A shop with two customers and three slots: one closes within two hours, one is of next year, and dearer."""
        shop = Shop(now=NOON)
        slots = [slot(shop, 3), slot(shop, 9), slot(shop, 43 * 24, dearer=10_000)]
        world = cls(shop, [shop.customer("lan"), shop.customer("minh")], slots)
        for sku in GOODS:
            world.sell(sku, world.prices[sku])
            world.receive(sku, 4)
        world.mark_down("milk", 3, 33)
        world.mark_down("shrimp", 2, 25)
        return world

    @property
    def rules(self) -> list[Rule]:
        """The offers that run."""
        return [rule for rule in self.offers.values() if not rule.ended]

    def by_weight(self, sku: str) -> bool:
        return sku in BY_WEIGHT

    def sell(self, sku: str, price: int) -> None:
        self.prices[sku] = price
        _, dietary, allergens = GOODS[sku]
        if sku in PIECE:
            by_piece(sku, price, dietary, self.now)
            return
        self.shop.allergens = None if allergens is None else tuple(sorted(allergens))
        self.shop.sell(sku, price=price, dietary=tuple(sorted(dietary)))

    def receive(self, sku: str, steps: int, *, expires_today: bool = False) -> None:
        day = self.now.date() if expires_today else None
        line = inventory.StockLine(sku, Quantity(steps * STEP[sku]), day)
        inventory.stock_up(location=self.shop.store.id, lines=[line], now=self.now)
        self.received[sku] += steps * STEP[sku]  # type: ignore[assignment]  # quantities are exact

    def mark_down(self, sku: str, steps: int, percent: int) -> None:
        """So much comes that expires today; all such goods are cheaper from now on."""
        self.receive(sku, steps, expires_today=True)
        lots = self.old_lots(sku)
        inventory.mark_down(location=self.shop.store.id, lots=lots, percent=percent, now=self.now, by=new_id())

    def old_lots(self, sku: str) -> list[UUID]:
        return list(Lot.objects.filter(stock_item__sku=sku, expires_on__isnull=False).values_list("id", flat=True))

    def ask(self, act: Callable[[], Any], crash: int | None) -> Any:
        """What the shop answers. With `crash` the process died before that statement, or before its answer was
        heard, and the same is asked again under the same key.
        """
        if crash is not None:
            try:
                with dying(crash):
                    act()
            except (Died, DomainError):
                pass
            if connection.needs_rollback:  # what would have been a transaction of its own
                connection.set_rollback(False)
        return act()

    def authorise(self, order_id: UUID, revision: UUID | None) -> None:
        """The customer's bank says yes, and payments tells it."""
        waiting = Payment.objects.get(order_id=order_id, top_up_for=revision, state="intended")
        Payment.objects.filter(id=waiting.id).update(state="authorised", authorised_at=self.now)
        with transaction.atomic():
            publish(PaymentAuthorised(order_id=order_id, amount=dong(waiting.amount), reference=revision))

    def uses(self, offer: UUID) -> int:
        return sum(offer in order.codes for order in self.orders.values() if order.alive)

    def holder(self, order_id: UUID) -> tuple[str, ...]:
        return (f"order:{order_id}",)

    def picker(self, order_id: UUID) -> tuple[Principal, UUID]:
        """Who picks the order, and in which wave."""
        if order_id not in self.pickers:
            by = worker(self.shop)
            wave = ordering.take_wave(store_id=self.shop.store.id, order_ids=[order_id], by=by, now=self.now)
            self.pickers[order_id] = by, wave
        return self.pickers[order_id]


def slot(shop: Shop, hours: int, *, dearer: int = 0) -> Slot:
    """A slot that starts so many hours from now."""
    made = SlotRow.objects.get(id=shop.slot(capacity=10_000, hours_ahead=hours))
    SlotRow.objects.filter(id=made.id).update(surcharge=dearer)
    return Slot(made.id, made.cutoff_at, made.day, 15_000 + dearer)


def by_piece(sku: str, price: int, dietary: Iterable[str], now: datetime) -> None:
    """Sell it by the piece, at this price a kilogram; nobody knows its allergens."""
    draft = catalog.ProductDraft(
        sku=sku,
        name_en=sku.capitalize(),
        name_vi=sku.capitalize(),
        category="food",
        price=price,
        unit=catalog.Unit.KG,
        piece_weight=PIECE[sku],
        vat_group="fresh",
        dietary=tuple(sorted(dietary)),
        max_per_order=Decimal(999),
    )
    catalog.save_product(draft=draft, now=now)


def whole_pieces(sku: str, amount: Decimal) -> Decimal:
    """Of what is counted by the piece no part of one."""
    return amount - amount % PIECE[sku] if sku in PIECE else amount


def so_much(sku: str, steps: int) -> Quantity:
    return quantity(steps * STEP[sku])
