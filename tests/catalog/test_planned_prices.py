"""Prices to come come into force once; what was asked before an offer is said beside it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.utils import timezone

from grocery.catalog import public as catalog
from grocery.catalog.models import PlannedPrice, PriceChange, Product
from grocery.catalog.services import prices
from grocery.kernel.errors import Invalid, NotFound
from tests.catalog.conftest import NOON, Shop
from tests.catalog.test_shelf_offers import seen

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def plan(price: int, *, sku: str = "kale", after: timedelta = HOUR, by: UUID | None = None) -> catalog.PlannedPriceId:
    return catalog.plan_price(sku=catalog.Sku(sku), price=price, starts_at=NOON + after, now=NOON, by=by)


def asked() -> dict[str, int | None]:
    return dict(Product.objects.order_by("sku").values_list("sku", "price"))


def history() -> list[tuple[Any, ...]]:
    return list(PriceChange.objects.order_by("id").values_list("product_id", "old", "new", "by"))


@pytest.fixture
def kale(shop: Shop) -> Shop:
    shop.product("kale", price=10_000)
    return shop


def test_a_planned_price_waits_for_its_moment(kale: Shop):
    me = uuid4()
    plan(12_000, by=me)
    early = catalog.apply_due_prices(now=NOON + HOUR - timedelta(seconds=1))
    assert (early, asked(), history()) == (0, {"kale": 10_000}, [])
    on_time = catalog.apply_due_prices(now=NOON + HOUR)
    assert (on_time, asked(), history()) == (1, {"kale": 12_000}, [("kale", 10_000, 12_000, me)])


def test_what_was_missed_is_made_up_for_in_its_order(kale: Shop):
    plan(14_000, after=2 * HOUR)
    plan(12_000, after=HOUR)
    catalog.apply_due_prices(now=NOON + DAY)
    assert (asked(), [(old, new) for _sku, old, new, _by in history()]) == (
        {"kale": 14_000},
        [(10_000, 12_000), (12_000, 14_000)],
    )


def test_a_price_that_is_the_same_already_enters_no_history(kale: Shop):
    plan(10_000)
    assert (catalog.apply_due_prices(now=NOON + DAY), history()) == (1, [])


def test_chunks_add_up(kale: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(prices, "CHUNK", 2)
    for number in range(5):
        plan(11_000 + number, after=HOUR * (number + 1))
    assert (catalog.apply_due_prices(now=NOON + DAY), asked()) == (5, {"kale": 11_004})


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_apply_each_price_once(kale: Shop):
    for number in range(20):
        kale.product(f"p{number}", price=10_000)
        plan(12_000, sku=f"p{number}")
    together = Barrier(2)

    def tick(_clock: int) -> int:
        together.wait(10)
        try:
            return catalog.apply_due_prices(now=NOON + DAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert (sum(pool.map(tick, range(2))), len(history())) == (20, 20)


def test_what_was_taken_back_does_not_come(kale: Shop):
    catalog.take_back_price(planned=plan(12_000), now=NOON)
    assert (catalog.apply_due_prices(now=NOON + DAY), asked()) == (0, {"kale": 10_000})


def test_what_is_due_is_not_taken_back(kale: Shop):
    planned = plan(12_000)
    with pytest.raises(catalog.PriceIsDue):
        catalog.take_back_price(planned=planned, now=NOON + HOUR)


def test_a_moment_that_was_taken_back_is_free_again(kale: Shop):
    catalog.take_back_price(planned=plan(12_000), now=NOON)
    plan(13_000)
    with pytest.raises(catalog.PriceAlreadyPlanned):
        plan(14_000)


@pytest.mark.parametrize(
    ("price", "after", "field"),
    [(0, HOUR, "price"), (1_000_000_001, HOUR, "price"), (1, timedelta(0), "starts_at"), (1, 367 * DAY, "starts_at")],
)
def test_what_cannot_be_planned_is_said_by_its_field(kale: Shop, price: int, after: timedelta, field: str):
    with pytest.raises(Invalid) as refused:
        plan(price, after=after)
    assert refused.value.field == field


def test_what_is_not_there_gets_no_price(shop: Shop):
    with pytest.raises(NotFound):
        plan(12_000)


# --- the lowest of thirty days ----------------------------------------------------------------------------------
#: Offers run by the database's clock.
NOW = datetime.now(UTC)


def cost(shop: Shop, *prices: tuple[int, int]) -> None:
    """Kale at these prices, each since so many days ago."""
    for price, days in prices:
        draft = catalog.ProductDraft(sku="kale", name_en="K", name_vi="K", category="vegetables", price=price)
        catalog.save_product(draft=draft, now=NOW - days * DAY)


def lowest(shop: Shop) -> int | None:
    found = catalog.product(sku=catalog.Sku("kale"), store_id=shop.store.id).lowest_price_30d
    return found.minor if found else None


@pytest.mark.parametrize(
    ("costs", "said"),
    [
        ([(10_000, 90)], 10_000),
        ([(9_000, 90), (10_000, 10)], 9_000),
        ([(9_000, 90), (10_000, 40)], 10_000),
        ([(10_000, 90), (8_000, 20), (12_000, 15)], 8_000),
        ([(10_000, 90), (8_000, 35), (12_000, 31)], 12_000),
    ],
    ids=["never changed", "lower at first", "lower before that", "lower for days", "lower too long ago"],
)
def test_beside_an_offer_stands_the_lowest_price_of_the_thirty_days_before(
    shop: Shop, costs: list[tuple[int, int]], said: int
):
    cost(shop, *costs)
    seen("kale", percent=50)
    assert lowest(shop) == said


def test_what_earlier_offers_made_of_the_price_counts(shop: Shop):
    cost(shop, (10_000, 90), (20_000, 5))
    seen("kale", percent=30, starts_at=NOW - 12 * DAY, ends_at=NOW - 10 * DAY)
    seen("kale", percent=60, starts_at=NOW - 50 * DAY, ends_at=NOW - 40 * DAY)
    seen("kale", percent=60, starts_at=NOW - 12 * DAY, ends_at=NOW - 10 * DAY, store_id=uuid4())
    seen("kale", percent=50)
    assert lowest(shop) == 7_000


def test_a_price_after_the_offer_began_does_not_count(shop: Shop):
    cost(shop, (10_000, 90), (6_000, 1))
    seen("kale", percent=50, starts_at=NOW - 2 * DAY)
    assert lowest(shop) == 10_000


def test_without_an_offer_nothing_is_said(shop: Shop):
    cost(shop, (10_000, 90), (6_000, 1))
    assert lowest(shop) is None


# --- staff ------------------------------------------------------------------------------------------------------
@pytest.fixture
def admin(client: Client, kale: Shop) -> Client:
    client.force_login(get_user_model().objects.create_superuser("boss@example.com", "x" * 12, name="Boss"))
    return client


def written(**changes: Any) -> dict[str, Any]:
    moment = timezone.localtime(timezone.now() + DAY)
    fields = {
        "product": "kale",
        "price": 12_000,
        "starts_at_0": moment.date(),
        "starts_at_1": moment.strftime("%H:%M"),
    }
    return fields | changes


def test_staff_write_a_price_down_see_it_and_take_it_back(admin: Client, kale: Shop):
    admin.post("/admin/catalog/plannedprice/add/", written())
    [planned] = PlannedPrice.objects.open()
    pages = [admin.get(f"/admin/catalog/{page}/") for page in ("plannedprice", "product/kale/change")]
    admin.post(f"/admin/catalog/plannedprice/{planned.pk}/delete/", {"post": "yes"})
    planned.refresh_from_db()
    boss = get_user_model().objects.get().pk
    assert ([page.status_code for page in pages], planned.by, planned.taken_back_by) == ([200, 200], boss, boss)


@pytest.mark.parametrize(("field", "value"), [("price", 0), ("starts_at_0", "2020-01-01")])
def test_bad_input_is_said_beside_its_field(admin: Client, kale: Shop, field: str, value: Any):
    answer = admin.post("/admin/catalog/plannedprice/add/", written(**{field: value}))
    assert list(answer.context["adminform"].form.errors) == [field.removesuffix("_0")]


def test_two_prices_for_one_moment_are_refused_on_the_page(admin: Client, kale: Shop):
    admin.post("/admin/catalog/plannedprice/add/", written())
    answer = admin.post("/admin/catalog/plannedprice/add/", written(price=13_000))
    assert (answer.status_code, PlannedPrice.objects.count()) == (200, 1)
