"""What a demo shop is filled with: a store in Bến Thành, a small one in Phú Mỹ Hưng; their goods and lots, their
streets and hours, their people.

Everything goes through the domains' faces, as staff would do it. Repeating it changes nothing.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.config.demo import PEOPLE
from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel import clock
from grocery.kernel.money import dong
from grocery.kernel.quantity import Quantity, quantity

SEED = 20_261_121
HO_CHI_MINH_CITY = "79"
NAMES = {"customer": "Nguyễn Thị Lan", "staff": "Trần Văn Minh", "admin": "Lê Thu Hà"}
#: Local start, end, orders, surcharge in đồng.
type Window = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """A store to be opened: where it is, the wards around it, its hours, and how much of everything it has.

    `share` of the SKUs are on its shelves, `size` is how its lots compare to those of the first store.
    """

    code: str
    name: str
    street: str
    phone: str
    near: tuple[str, ...]
    windows: tuple[Window, ...]
    share: Fraction = Fraction(1)
    size: Fraction = Fraction(1)
    whole_city: bool = False


#: The first is the one that customers are served from; the other sells at its counter and in its quarter.
PREMISES = (
    Premises(
        code="ben-thanh",
        name="Bến Thành",
        street="18 Lê Anh Xuân, Phường Bến Thành",
        phone="+842838000000",
        near=(
            "Phường Bến Thành",
            "Phường Sài Gòn",
            "Phường Tân Định",
            "Phường Cầu Ông Lãnh",
            "Phường Xuân Hòa",
            "Phường Bàn Cờ",
        ),
        windows=((8, 10, 40, 0), (10, 12, 40, 0), (14, 16, 40, 0), (16, 18, 60, 0), (18, 20, 40, 10_000)),
        whole_city=True,
    ),
    Premises(
        code="phu-my-hung",
        name="Phú Mỹ Hưng",
        street="42 Nguyễn Đức Cảnh, Phường Tân Hưng",
        phone="+842854000000",
        near=("Phường Tân Hưng", "Phường Tân Mỹ", "Phường Tân Thuận", "Phường Phú Thuận"),
        windows=((9, 12, 20, 0), (15, 18, 20, 0), (18, 20, 15, 10_000)),
        share=Fraction(1, 25),
        size=Fraction(1, 3),
    ),
)


def open_store(premises: Premises, *, position: int) -> catalog.Store:
    """The store, its delivery zones and hours, its pickup point. The one at position 0 is everybody's first."""
    store = catalog.save_store(
        code=premises.code,
        name_en=f"Grocery {premises.name}",
        name_vi=f"Grocery {premises.name}",
        zone="Asia/Ho_Chi_Minh",
        address=f"{premises.street}, Thành phố Hồ Chí Minh",
        phone=premises.phone,
        position=position,
    )
    _deliver_from(store, premises)
    point = delivery.save_pickup_point(
        store_id=store.id,
        name_en=f"Counter at {premises.name}",
        name_vi=f"Quầy {premises.name}",
        address=store.address,
        hours_en="8–20 h, every day",
        hours_vi="8–20 giờ, mỗi ngày",
    )
    for pickup_point in (None, point):
        for starts, ends, orders, surcharge in premises.windows:
            delivery.save_slot_plan(
                store_id=store.id,
                weekdays=range(7),
                starts=time(starts),
                ends=time(ends),
                capacity=orders,
                surcharge=dong(0 if pickup_point else surcharge),
                pickup_point_id=pickup_point,
            )
    return store


def _deliver_from(store: catalog.Store, premises: Premises) -> None:
    """A zone around the store; where it serves the whole city, one for the rest."""
    wards = accounts.wards(province_code=HO_CHI_MINH_CITY)
    near = [ward.code for ward in wards if ward.name in premises.near]
    far = [ward.code for ward in wards if ward.name not in premises.near]
    centre = ("City centre", "Trung tâm") if premises.whole_city else (premises.name, premises.name)
    delivery.save_zone(
        store_id=store.id,
        name_en=centre[0],
        name_vi=centre[1],
        fee=dong(15_000),
        free_from=dong(300_000),
        ward_codes=near,
    )
    if premises.whole_city:
        delivery.save_zone(
            store_id=store.id,
            name_en="City",
            name_vi="Thành phố",
            fee=dong(25_000),
            free_from=dong(600_000),
            ward_codes=far,
        )


def lots(store: catalog.Store, premises: Premises, *, now: datetime) -> Iterator[inventory.StockLine]:
    """Goods for its shelves: two lots of what perishes, one of the rest; one shelf in forty is empty."""
    dice = random.Random(SEED)  # noqa: S311 - believable, not secret
    today = clock.local_date(now, zone=store.zone)
    for product in catalog.everything_on_sale():
        if not 1 / 40 <= dice.random() < 1 / 40 + 39 / 40 * premises.share:
            continue
        if product.unit is catalog.Unit.PIECE:
            amount = quantity(int(dice.randrange(12, 240) * premises.size))
        else:
            amount = quantity(Decimal(int(dice.randrange(40, 400) * premises.size)) / 10)
        if not product.perishable:
            yield _lot(product.sku, amount, code=f"A{dice.randrange(1000, 9999)}", expires_on=None)
            continue
        first = product.min_freshness_days + dice.randrange(2, 6)
        for number, days in enumerate((first, first + dice.randrange(3, 9))):
            yield _lot(product.sku, amount, code=f"{'AB'[number]}{today:%y%m%d}", expires_on=today + timedelta(days))


def shelf_places() -> Iterator[inventory.NewPlace]:
    """An aisle for each department, a stretch of shelves for each of its categories, in the order of the shop."""
    aisles = {
        category.id: (f"{chr(ord('A') + number % 26)}{side}", number * 100 + side)
        for number, department in enumerate(catalog.categories())
        for side, category in enumerate(department.subtree(), start=1)
    }
    stood: Counter[str] = Counter()
    for product in catalog.everything_on_sale():
        aisle, order = aisles[product.category_id]
        stood[aisle] += 1
        yield inventory.NewPlace(str(product.sku), None, aisle, f"{1 + stood[aisle] % 6}", order)


def _lot(sku: catalog.Sku, amount: Quantity, *, code: str, expires_on: date | None) -> inventory.StockLine:
    return inventory.StockLine(sku=sku, quantity=amount, lot_code=code, expires_on=expires_on)


def invite_people(store: catalog.Store, *, now: datetime) -> None:
    """A customer with an address, a picker, an administrator."""
    (email, password), name = PEOPLE["customer"], NAMES["customer"]
    customer = accounts.register(
        email=email, password=password, name=name, phone="0903123456", language="vi", now=now
    )
    [ward] = [w for w in accounts.wards(province_code=HO_CHI_MINH_CITY) if w.name == "Phường Bến Thành"]
    accounts.save_address(
        customer_id=customer.id,
        recipient=name,
        phone="0903123456",
        province_code=HO_CHI_MINH_CITY,
        ward_code=ward.code,
        street="18/3 Lê Anh Xuân, lầu 2",
        note="Gọi trước khi lên",
    )
    (email, password), name = PEOPLE["staff"], NAMES["staff"]
    roles = [accounts.Role.PICKER, accounts.Role.DISPATCHER, accounts.Role.BUYER]
    accounts.create_staff(email=email, password=password, name=name, roles=roles, store_id=store.id)
    (email, password), name = PEOPLE["admin"], NAMES["admin"]
    accounts.create_staff(email=email, password=password, name=name, roles=[accounts.Role.ADMIN], is_superuser=True)
