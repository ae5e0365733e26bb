"""What a basket costs when offers are counted in: plain data, no database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from time import process_time
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grocery.kernel.money import Money, dong, total
from grocery.kernel.quantity import Quantity, quantity
from grocery.ordering import policies
from grocery.ordering.contracts import OfferKind
from grocery.ordering.policies import Goods, Offer, Reduced, fee_adjustment, near_expiry, price_basket

FRUIT, DRINKS = UUID(int=101), UUID(int=102)


def goods(sku: str, price: int, amount: str = "1", **more: object) -> Goods:
    return Goods(sku=sku, price=dong(price), quantity=quantity(amount), **more)  # type: ignore[arg-type]  # by name


def offer(number: int, kind: str, **more: object) -> Offer:
    return Offer(
        id=UUID(int=number),
        kind=OfferKind(kind),
        name_en=f"Offer {number}",
        name_vi=f"Ưu đãi {number}",
        **more,  # type: ignore[arg-type]  # by name
    )


def percent_off(number: int, percent: int, *skus: str, **more: object) -> Offer:
    return offer(number, "sku", percent=percent, skus=frozenset(skus), **more)


def amounts(lines: list[Goods], *offers: Offer) -> dict[str, int]:
    return {sku: line.amount.minor for sku, line in price_basket(lines, offers).lines.items()}


# --- one offer ----------------------------------------------------------------------------------------------------
def test_without_offers_a_basket_costs_its_goods():
    priced = price_basket([goods("milk", 38_500, "2"), goods("shrimp", 219_000, "0.45", counted=False)])
    assert (priced.subtotal, priced.discount, priced.amount) == (dong(175_550), dong(0), dong(175_550))


def test_a_percentage_lowers_the_unit_price_to_the_dong():
    """18.950 ₫ less 7 % is 17.623 ₫ a piece; two of them cost twice that."""
    assert amounts([goods("tomato", 18_950, "2")], percent_off(1, 7, "tomato")) == {"tomato": 2 * 17_623}


def test_a_new_price_holds_for_each_unit():
    assert amounts([goods("rice", 215_000, "2")], percent_off(1, 0, "rice", price=dong(189_000))) == {"rice": 378_000}


def test_a_new_price_above_the_old_one_changes_nothing():
    assert amounts([goods("rice", 180_000)], percent_off(1, 0, "rice", price=dong(189_000))) == {"rice": 180_000}


def test_goods_that_an_offer_does_not_name_keep_their_price():
    assert amounts([goods("rice", 100), goods("milk", 100)], percent_off(1, 10, "milk")) == {"milk": 90, "rice": 100}


@pytest.mark.parametrize(("pieces", "paid"), [("1", 1), ("2", 2), ("3", 2), ("4", 3), ("5", 4), ("6", 4), ("7", 5)])
def test_three_for_two(pieces: str, paid: int):
    rule = offer(1, "multi_buy", buy=3, pay=2, percent=100, skus=frozenset({"yoghurt"}))
    assert amounts([goods("yoghurt", 10_000, pieces)], rule) == {"yoghurt": paid * 10_000}


def test_the_second_at_half_price():
    rule = offer(1, "multi_buy", buy=2, pay=1, percent=50, skus=frozenset({"juice"}))
    assert amounts([goods("juice", 35_000, "3")], rule) == {"juice": 35_000 + 17_500 + 35_000}


def test_what_is_weighed_makes_no_group_of_pieces():
    rule = offer(1, "multi_buy", buy=2, pay=1, percent=100, skus=frozenset({"shrimp"}))
    assert amounts([goods("shrimp", 200_000, "2.5", counted=False)], rule) == {"shrimp": 500_000}


def test_a_category_covers_what_lies_below_it():
    rule = offer(1, "category", percent=20, categories=frozenset({FRUIT}))
    lines = [goods("mango", 50_000, categories=frozenset({FRUIT, UUID(int=7)})), goods("cola", 10_000)]
    assert amounts(lines, rule) == {"cola": 10_000, "mango": 40_000}


def test_a_percentage_of_the_basket_is_spread_by_largest_remainder():
    """10 % of 1.005 ₫ is 101 ₫ (half up): 33.5, 33.5 and 34 for the three lines, whole đồng each."""
    lines = [goods("a", 335), goods("b", 335), goods("c", 335)]
    assert amounts(lines, offer(1, "basket", percent=10)) == {"a": 301, "b": 301, "c": 302}


def test_an_amount_off_the_basket_never_exceeds_it():
    assert amounts([goods("a", 30_000)], offer(1, "basket", off=dong(50_000))) == {"a": 0}


@pytest.mark.parametrize(("pieces", "cost"), [("4", 400_000), ("5", 450_000)])
def test_an_offer_begins_at_its_amount(pieces: str, cost: int):
    rule = offer(1, "basket", percent=10, from_amount=dong(500_000))
    assert amounts([goods("a", 100_000, pieces)], rule) == {"a": cost}


# --- several ------------------------------------------------------------------------------------------------------
def test_of_two_offers_on_a_product_the_higher_wins():
    assert amounts([goods("a", 100_000)], percent_off(1, 10, "a"), percent_off(2, 30, "a")) == {"a": 70_000}


def test_three_for_two_beats_a_small_percentage_where_three_are_bought():
    rules = (percent_off(1, 20, "a"), offer(2, "multi_buy", buy=3, pay=2, percent=100, skus=frozenset({"a"})))
    assert [amounts([goods("a", 30_000, n)], *rules)["a"] for n in ("2", "3")] == [48_000, 60_000]


def test_a_second_offer_counts_where_it_says_so():
    rules = (percent_off(1, 10, "a"), percent_off(2, 10, "a", stackable=True))
    assert amounts([goods("a", 100_000)], *rules) == {"a": 81_000}


def test_a_basket_offer_takes_what_no_better_offer_has_made_cheaper():
    rules = (percent_off(1, 30, "a"), percent_off(2, 5, "b"), offer(3, "basket", percent=10))
    lines = [goods("a", 100_000), goods("b", 100_000), goods("c", 100_000)]
    assert amounts(lines, *rules) == {"a": 70_000, "b": 90_000, "c": 90_000}


def test_of_two_basket_offers_the_one_that_saves_most_counts():
    rules = (offer(1, "basket", percent=10), offer(2, "basket", off=dong(50_000)))
    assert [amounts([goods("a", 100_000, n)], *rules)["a"] for n in ("4", "6")] == [350_000, 540_000]


def test_a_stacking_basket_offer_takes_of_what_is_left():
    rules = (percent_off(1, 50, "a"), offer(2, "basket", percent=10, stackable=True))
    assert amounts([goods("a", 100_000), goods("b", 100_000)], *rules) == {"a": 45_000, "b": 90_000}


def test_each_effect_is_named_with_its_amount():
    (line,) = price_basket([goods("a", 100_000, "2")], [percent_off(7, 10, "a")]).lines.values()
    (effect,) = line.adjustments
    assert (effect.offer_id, effect.name("vi"), effect.quantity, effect.amount) == (
        UUID(int=7),
        "Ưu đãi 7",
        quantity(2),
        dong(-20_000),
    )


# --- near expiry --------------------------------------------------------------------------------------------------
def near(percent: int, amount: str, day: int = 22) -> Reduced:
    return Reduced(percent, quantity(amount), date(2026, 11, day))


def test_a_markdown_lowers_its_own_units_alone():
    line = goods("milk", 40_000, "3", reduced=(near(30, "2"),))
    assert amounts([line]) == {"milk": 2 * 28_000 + 40_000}


def test_a_markdown_is_explained_by_its_date():
    (line,) = price_basket([goods("milk", 40_000, "3", reduced=(near(30, "2"),))]).lines.values()
    (effect,) = line.adjustments
    assert (effect.kind, effect.offer_id, effect.name_en, effect.name_vi, effect.quantity) == (
        OfferKind.NEAR_EXPIRY,
        None,
        "Best before 22/11: −30%",
        "HSD 22/11: giảm 30%",
        quantity(2),
    )


def test_the_better_of_markdown_and_offer_counts_for_the_marked_down_units():
    line = goods("milk", 40_000, "2", reduced=(near(30, "1"),))
    assert [amounts([line], percent_off(1, p, "milk"))["milk"] for p in (10, 50)] == [28_000 + 36_000, 40_000]


def test_marked_down_units_make_no_group():
    rule = offer(1, "multi_buy", buy=3, pay=2, percent=100, skus=frozenset({"milk"}))
    assert amounts([goods("milk", 40_000, "3", reduced=(near(10, "1"),))], rule) == {"milk": 36_000 + 80_000}


def test_the_cheapest_units_are_taken_first():
    taken = near_expiry.take(quantity(4), [near(20, "2", 23), near(50, "3", 22)])
    assert taken == (near(50, "3", 22), near(20, "1", 23))


def test_no_more_is_taken_than_there_is():
    assert near_expiry.take(quantity(5), [near(20, "2")]) == (near(20, "2"),)


# --- the fee ------------------------------------------------------------------------------------------------------
FREE = offer(1, "free_delivery", from_amount=dong(300_000))


@pytest.mark.parametrize(("spent", "off"), [(299_999, None), (300_000, dong(-15_000))])
def test_delivery_is_free_from_its_amount(spent: int, off: Money | None):
    found = fee_adjustment([FREE], goods=dong(spent), fee=dong(15_000))
    assert (found.amount if found else None) == off


def test_a_delivery_that_costs_nothing_is_not_made_cheaper():
    assert fee_adjustment([FREE], goods=dong(400_000), fee=dong(0)) is None


# --- properties ---------------------------------------------------------------------------------------------------
SKUS = [f"sku{number}" for number in range(6)]
skus = st.frozensets(st.sampled_from(SKUS), min_size=1, max_size=3)
categories = st.frozensets(st.sampled_from([FRUIT, DRINKS]), max_size=2)
percents = st.integers(1, 100)
#: Each property looks at so many baskets; drawing them takes its time on a busy machine.
often = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
pools = st.lists(st.tuples(percents, st.integers(1, 9)), max_size=3, unique_by=lambda pool: pool[0])


@st.composite
def _lines(draw: st.DrawFn) -> list[Goods]:
    return [draw(_line(sku)) for sku in draw(st.lists(st.sampled_from(SKUS), unique=True, max_size=4))]


@st.composite
def _line(draw: st.DrawFn, sku: str) -> Goods:
    counted = draw(st.booleans())
    grams = 1000 if counted else 1
    amount = _grams(draw(st.integers(1, 12)) * grams)
    there = [Reduced(percent, _grams(units * grams)) for percent, units in draw(pools)]
    return Goods(
        sku=sku,
        price=dong(draw(st.integers(0, 500_000))),
        quantity=amount,
        counted=counted,
        categories=draw(categories),
        reduced=near_expiry.take(amount, there),
    )


def _grams(grams: int) -> Quantity:
    return Quantity(Decimal(grams) / 1000)


@st.composite
def _offers(draw: st.DrawFn) -> list[Offer]:
    return [draw(_offer(number)) for number in range(1, draw(st.integers(0, 5)) + 1)]


@st.composite
def _offer(draw: st.DrawFn, number: int) -> Offer:
    kind = draw(st.sampled_from(["sku", "category", "multi_buy", "basket"]))
    more: dict[str, object] = {
        "stackable": draw(st.booleans()),
        "from_amount": dong(draw(st.sampled_from([0, 100_000, 500_000]))),
        "percent": draw(percents),
    }
    if kind == "sku" and draw(st.booleans()):
        more |= {"percent": 0, "price": dong(draw(st.integers(1, 300_000)))}
    if kind == "basket" and draw(st.booleans()):
        more |= {"percent": 0, "off": dong(draw(st.integers(1, 300_000)))}
    if kind == "multi_buy":
        pay = draw(st.integers(1, 3))
        more |= {"pay": pay, "buy": pay + draw(st.integers(1, 2))}
    more |= {"categories": draw(categories)} if kind == "category" else {"skus": draw(skus)}
    return offer(number, kind, **more)


@often
@given(_lines(), _offers())
def test_parts_add_up_and_no_line_falls_below_nothing(lines: list[Goods], offers: list[Offer]):
    priced = price_basket(lines, offers)
    assert priced.subtotal == total(line.price * line.quantity for line in lines)
    assert priced.amount == priced.subtotal + total(e.amount for p in priced.lines.values() for e in p.adjustments)
    assert all(dong(0) <= line.amount <= line.list_amount for line in priced.lines.values())
    assert all(e.amount < dong(0) for p in priced.lines.values() for e in p.adjustments)


@often
@given(_lines(), _offers(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_offers_does_not_matter(lines: list[Goods], offers: list[Offer], chance):
    before = price_basket(lines, offers)
    mixed_lines, mixed_offers = chance.sample(lines, len(lines)), chance.sample(offers, len(offers))
    assert price_basket(mixed_lines, mixed_offers) == before


@often
@given(_lines(), _offers())
def test_an_offer_is_never_to_the_customers_disadvantage(lines: list[Goods], offers: list[Offer]):
    plain = [one for one in offers if not one.stackable]
    best_alone = max((price_basket(lines, [one]).discount for one in plain), default=dong(0))
    assert price_basket(lines, plain).discount >= best_alone


@often
@given(_lines(), _offers())
def test_without_stacking_each_unit_has_one_reason_at_most(lines: list[Goods], offers: list[Offer]):
    priced = price_basket(lines, [one for one in offers if not one.stackable])
    for line in lines:
        touched = sum(effect.quantity for effect in priced.lines[line.sku].adjustments)
        assert touched <= line.quantity


@often
@given(_lines())
def test_a_markdown_never_leaks_to_plain_units(lines: list[Goods]):
    priced = price_basket(lines)
    for line in lines:
        reduced = sum((r.quantity for r in line.reduced), Decimal(0))
        effects = priced.lines[line.sku].adjustments
        assert sum((e.quantity for e in effects), Decimal(0)) <= reduced
        plain = line.price * Quantity(line.quantity - reduced)
        assert priced.lines[line.sku].amount >= plain - dong(1)  # the đồng of a split weight


@often
@given(st.integers(1, 20).map(quantity), pools)
def test_never_more_marked_down_units_than_lots_hold(wanted: Quantity, held_at: list[tuple[int, int]]):
    there = [Reduced(percent, quantity(amount)) for percent, amount in held_at]
    taken = near_expiry.take(wanted, there)
    held = {pool.percent: pool.quantity for pool in there}
    assert all(part.quantity <= held[part.percent] for part in taken)
    assert sum(part.quantity for part in taken) == min(wanted, sum(held.values()))


def test_two_hundred_lines_cost_no_more_than_their_number():
    """Linear: eight times the lines and offers in much less than the 64 times of a loop in a loop."""

    def seconds(count: int) -> float:
        lines = [goods(f"s{n}", 10_000 + n, "3") for n in range(count)]
        rules = [percent_off(n + 1, 10, f"s{n}") for n in range(count)] + [offer(9_999, "basket", percent=5)]
        best = float("inf")
        for _again in range(5):
            begin = process_time()
            price_basket(lines, rules)
            best = min(best, process_time() - begin)
        return best

    assert seconds(200) < 24 * seconds(25)


@pytest.mark.parametrize(("packed", "charged"), [("0.45", 88_695), ("0.438", 86_330)])
def test_what_is_packed_keeps_its_share_of_the_discount(packed: str, charged: int):
    """0.45 kg of shrimp at 219.000 ₫ less 10 %."""
    net = dong(98_550 - 9_855)
    assert policies.packed_amount(net, quantity("0.45"), quantity(packed), unit="kg") == dong(charged)
