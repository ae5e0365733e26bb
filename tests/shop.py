"""A small shop to test with, set up in the trade's words, through the domains' faces.

    shop = Shop()
    shop.stock(milk=10)
    lan = shop.customer("lan")
    order = shop.order(lan, milk=2)

SKUs are their own names; what is not in PRICES costs 10.000 ₫ a piece. The shop stands in Hồ Chí Minh City,
delivers to Bến Thành for 15.000 ₫ (free from 300.000 ₫) and has one slot, four hours from `shop.now`, for ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.catalog.models.bulk import EVERY_COLUMN
from grocery.catalog.policies import drafts
from grocery.catalog.services.write_products import write_products
from grocery.delivery import models as delivery_models
from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel import clock
from grocery.kernel.clock import local_date
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.kernel.outbox import relay
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import ZERO, Quantity, quantity
from grocery.ordering import public as ordering
from grocery.ordering.models import CartLine

ZONE = "Asia/Ho_Chi_Minh"
BEN_THANH, TAN_DINH, HCMC = "26743", "26737", "79"
PASSWORD = "correct horse battery staple"

PRICES = {"milk": 38_500, "tomatoes": 18_900, "rice": 189_000, "eggs": 36_000, "shrimp": 219_000, "avocado": 79_000}
#: Sold by weight, in steps of 50 g; the others by the piece.
BY_WEIGHT = {"shrimp", "avocado"}
NAMES = {"milk": "Sữa tươi", "tomatoes": "Cà chua", "rice": "Gạo ST25", "eggs": "Trứng gà", "shrimp": "Tôm thẻ"}

type Amount = int | str | Decimal


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who buys, with an address in Bến Thành."""

    id: UUID
    address_id: UUID
    email: str

    @property
    def owner(self) -> ordering.CartOwner:
        return ordering.CartOwner(customer_id=self.id)

    @property
    def principal(self) -> Principal:
        return Principal(kind="customer", id=self.id)


class Shop:
    """See the module. `now` is what its clock shows; without one, the moment it opens."""

    #: What is declared of all that it sells from now on. None: nothing, so that nothing stands in for anything.
    allergens: tuple[str, ...] | None = None

    def __init__(self, *, now: datetime | None = None) -> None:
        self.now = now or clock.now()
        self.store = catalog.save_store(code="ben-thanh", name_en="Bến Thành", name_vi="Bến Thành", zone=ZONE)
        catalog.save_category(slug="food", name_en="Food", name_vi="Thực phẩm")
        if not accounts.provinces():
            accounts.prepare_database()
        delivery.save_zone(
            store_id=self.store.id,
            name_en="Centre",
            name_vi="Trung tâm",
            fee=dong(15_000),
            free_from=dong(300_000),
            ward_codes=[BEN_THANH],
        )
        self.slot_id = self.slot()
        self.picker = Principal(kind="staff", id=new_id(), roles=frozenset({"picker"}), store_id=self.store.id)
        self._customers: dict[str, Customer] = {}
        self._stocked: dict[str, Quantity] = {}

    # --- goods ---------------------------------------------------------------------------------------------
    def sell(self, sku: str, **terms: Any) -> None:
        """Have a product in the catalogue at the price in PRICES, or on these terms: see `draft`."""
        catalog.save_product(draft=self.draft(sku, **terms), now=self.now)

    def sell_many(self, skus: Iterable[str]) -> None:
        """The same of many at once, as an import does."""
        lines = [(number, drafts.checked(self.draft(sku))) for number, sku in enumerate(skus, start=1)]
        write_products(drafts=lines, categories=(), sets=EVERY_COLUMN, now=self.now)

    def draft(
        self,
        sku: str,
        *,
        price: int | None = None,
        on_sale: bool = True,
        dietary: tuple[str, ...] = (),
        most: int = 999,
        fresh_days: int | None = None,
    ) -> catalog.ProductDraft:
        by_weight = sku in BY_WEIGHT
        return catalog.ProductDraft(
            sku=sku,
            name_en=sku.capitalize(),
            name_vi=NAMES.get(sku, sku.capitalize()),
            category="food",
            price=price or PRICES.get(sku, 10_000),
            unit=catalog.Unit.KG if by_weight else catalog.Unit.PIECE,
            step=Decimal("0.05") if by_weight else Decimal(1),
            vat_group="fresh" if by_weight else "reduced",
            active=on_sale,
            dietary=dietary,
            allergens=self.allergens,
            max_per_order=Decimal(most),
            perishable=fresh_days is not None,
            min_freshness_days=fresh_days,
        )

    def withdraw(self, sku: str) -> None:
        """Take a product off sale."""
        self.sell(sku, on_sale=False)

    def stock(self, expires_on: date | None = None, /, **amounts: Amount) -> None:
        """Sell these products and put so much of each on the shelf."""
        if len(amounts) > 10:
            self.sell_many(amounts)
        else:
            for sku in amounts:
                self.sell(sku)
        lines = [
            inventory.StockLine(catalog.Sku(sku), quantity(amount), expires_on) for sku, amount in amounts.items()
        ]
        inventory.stock_up(location=self.store.id, lines=lines, now=self.now)
        for line in lines:
            self._stocked[line.sku] = Quantity(self._stocked.get(line.sku, ZERO) + line.quantity)

    def stocked(self, sku: str) -> Quantity:
        """What was ever put on the shelf."""
        return self._stocked[sku]

    @contextmanager
    def taken(self, **amounts: Amount) -> Iterator[None]:
        """While so much of each is reserved for somebody else."""
        demands = [inventory.Demand(catalog.Sku(sku), quantity(amount)) for sku, amount in amounts.items()]
        with transaction.atomic():
            inventory.reserve(
                holder="order:somebody else's",
                location=self.store.id,
                demands=demands,
                good_on=local_date(self.now, zone=ZONE),
                until=None,
                now=self.now,
            )
        yield
        with transaction.atomic():
            inventory.release(holder="order:somebody else's", now=self.now)

    def available(self, sku: str) -> Quantity:
        """What may still be promised for today."""
        today = local_date(self.now, zone=ZONE)
        wanted = catalog.Sku(sku)
        found = inventory.availability(skus=[wanted], location=self.store.id, good_on=today, now=self.now)
        return found[wanted].available if wanted in found else ZERO

    # --- people and slots ------------------------------------------------------------------------------------
    def customer(self, name: str = "lan") -> Customer:
        """The customer of that name, registered when first met, with an address in Bến Thành."""
        if name not in self._customers:
            self._customers[name] = self._register(name)
        return self._customers[name]

    def _register(self, name: str) -> Customer:
        email = f"{name}@example.com"
        known = accounts.register(email=email, password=PASSWORD, name=name.capitalize(), now=self.now)
        return Customer(known.id, self.address(known.id), email)

    def address(self, customer_id: UUID, ward_code: str = BEN_THANH) -> UUID:
        """One more address of the customer's."""
        saved = accounts.save_address(
            customer_id=accounts.CustomerId(customer_id),
            recipient="Nguyễn Thị Lan",
            phone="0903 123 456",
            province_code=HCMC,
            ward_code=ward_code,
            street="18/3 Lê Anh Xuân",
        )
        return saved.id

    def slot(self, *, capacity: int = 10, hours_ahead: int = 4, point: UUID | None = None) -> UUID:
        """A two-hour slot that starts so many hours from now; its cut-off is an hour before."""
        starts_at = self.now + timedelta(hours=hours_ahead)
        return delivery_models.Slot.objects.create(
            store_id=self.store.id,
            mode="pickup" if point else "delivery",
            pickup_point_id=point,
            day=local_date(starts_at, zone=ZONE),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            cutoff_at=starts_at - timedelta(hours=1),
            zone=ZONE,
            capacity=capacity,
        ).id

    def places_taken(self, slot_id: UUID | None = None) -> int:
        return delivery_models.Slot.objects.get(id=slot_id or self.slot_id).taken

    # --- carts and orders ------------------------------------------------------------------------------------
    def put(self, owner: ordering.CartOwner, **amounts: Amount) -> ordering.CartView:
        """Have so much of each in the owner's cart."""
        view = ordering.cart(owner=owner, now=self.now)
        for sku, amount in amounts.items():
            view = ordering.set_item(owner=view.owner, sku=sku, quantity=quantity(amount), now=self.now)
        return view

    def fill(self, customer: Customer, lines: int) -> None:
        """Put two of each of so many products, in stock for 10.000 ₫, into the customer's cart."""
        basket: dict[str, Amount] = {f"sku{number}": 2 for number in range(lines)}
        self.stock(**basket)
        first, *rest = basket
        view = self.put(customer.owner, **{first: 2})
        assert view.id
        now = self.now
        CartLine.objects.put(
            [
                CartLine(cart_id=view.id, sku=sku, quantity=quantity(2), price_seen=10_000, touched_at=now)
                for sku in rest
            ]
        )

    def check_out(
        self,
        customer: Customer,
        *,
        method: str = "cash_on_delivery",
        slot_id: UUID | None = None,
        address_id: UUID | None = None,
        expected_total: Money | None = None,
        key: str | None = None,
        now: datetime | None = None,
        credit: ordering.UseCredit | None = None,
    ) -> ordering.PlacedOrder:
        """Order what is in the customer's cart."""
        return ordering.place_order(
            customer_id=customer.id,
            address_id=address_id or customer.address_id,
            slot_id=slot_id or self.slot_id,
            method=ordering.PaymentMethod(method),
            expected_total=expected_total,
            key=key,
            now=now or self.now,
            credit=credit,
        )

    def order(
        self, customer: Customer | None = None, *, method: str = "cash_on_delivery", **amounts: Amount
    ) -> ordering.PlacedOrder:
        """Order so much of each, in the one slot, to Bến Thành."""
        customer = customer or self.customer()
        self.put(customer.owner, **amounts)
        return self.check_out(customer, method=method)

    def confirmed_order(self, customer: Customer | None = None, **amounts: Amount) -> ordering.PlacedOrder:
        """The same, paid at the door, so it is confirmed once the facts are out."""
        placed = self.order(customer, method="cash_on_delivery", **amounts)
        self.tell()
        return placed

    def packed_order(self, customer: Customer | None = None, **amounts: Amount) -> ordering.PlacedOrder:
        placed = self.confirmed_order(customer, **amounts)
        ordering.start_picking(order_id=placed.id, by=self.picker, now=self.now)
        ordering.mark_packed(order_id=placed.id, by=self.picker, now=self.now)
        self.tell()
        return placed

    def delivered_order(self, customer: Customer | None = None, **amounts: Amount) -> ordering.PlacedOrder:
        placed = self.packed_order(customer, **amounts)
        ordering.dispatch(order_id=placed.id, by=self.picker, now=self.now)
        ordering.deliver(order_id=placed.id, by=self.picker, now=self.now)
        self.tell()
        return placed

    def state(self, order_id: UUID) -> str:
        return ordering.order(order_id=order_id).state.value

    def tell(self) -> int:
        """Deliver all facts that are owed; how many deliveries there were."""
        return relay.drain()
