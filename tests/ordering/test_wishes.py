"""What customers say about their cart besides quantities: kept across devices, copied to the order."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError

from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.public import SubstitutionChoice
from tests.ordering.conftest import NOON
from tests.shop import Customer, Shop

TODAY = date(2026, 11, 20)
ASK, NONE, SIMILAR = SubstitutionChoice.ASK, SubstitutionChoice.NONE, SubstitutionChoice.SIMILAR


@pytest.fixture
def dairy(shop: Shop) -> Shop:
    """Milk, and what is like it; shrimp is sold by weight."""
    shop.allergens = ()
    shop.stock(milk=10, oat=10, goat=10, shrimp=5)
    return shop


def line(owner: ordering.CartOwner, sku: str = "milk") -> ordering.CartLine:
    return next(line for line in ordering.cart(owner=owner, now=NOON).lines if line.sku == sku)


def ordered(order_id: UUID) -> dict[str, tuple[str, str, str]]:
    """What the order's lines say: note, choice, the SKU named."""
    lines = ordering.order(order_id=order_id).lines
    return {line.sku: (line.note, line.substitution, line.substitute_sku) for line in lines}


def test_a_cart_replaces_what_runs_out_until_told_otherwise(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=1)
    cart = ordering.cart(owner=lan.owner, now=NOON)
    assert (cart.substitution, cart.lines[0].substitution) == (SIMILAR, None)


def test_a_choice_for_the_whole_cart_is_kept(dairy: Shop, lan: Customer):
    ordering.choose_substitution(owner=lan.owner, choice=ASK, now=NOON)
    dairy.put(lan.owner, milk=1)
    assert ordering.cart(owner=lan.owner, now=NOON).substitution is ASK


def test_a_guest_who_chooses_first_gets_a_token(dairy: Shop):
    cart = ordering.choose_substitution(owner=ordering.CartOwner(), choice=ASK, now=NOON)
    assert (cart.owner.token is not None, cart.substitution) == (True, ASK)


def test_a_line_may_say_otherwise_and_go_back_to_the_whole_cart(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=1)
    said = []
    for choice in (NONE, None):
        ordering.choose_line_substitution(owner=lan.owner, sku="milk", choice=choice, now=NOON)
        said.append(line(lan.owner).substitution)
    assert said == [NONE, None]


def test_a_line_may_name_its_substitute(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=1)
    ordering.choose_line_substitution(owner=lan.owner, sku="milk", choice=SIMILAR, substitute_sku="goat", now=NOON)
    offered = [(one.sku, one.chosen) for one in ordering.alternatives(owner=lan.owner, sku="milk", now=NOON)]
    assert (line(lan.owner).substitute_sku, offered) == ("goat", [("goat", True), ("oat", False)])


def test_none_forgets_what_was_named(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=1)
    ordering.choose_line_substitution(owner=lan.owner, sku="milk", choice=NONE, substitute_sku="goat", now=NOON)
    assert line(lan.owner).substitute_sku == ""


@pytest.mark.parametrize(
    "named", ["shrimp", "oat", "nothing", "milk"], ids=["unit", "in the cart", "unknown", "itself"]
)
def test_what_cannot_stand_in_cannot_be_named(dairy: Shop, lan: Customer, named: str):
    dairy.put(lan.owner, milk=1, oat=1)
    with pytest.raises(ordering.NotASubstitute):
        ordering.choose_line_substitution(owner=lan.owner, sku="milk", choice=SIMILAR, substitute_sku=named, now=NOON)


def test_what_adds_an_allergen_cannot_be_named_nor_is_it_offered(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=1)
    dairy.allergens = ("nuts",)
    dairy.sell("goat")
    with pytest.raises(ordering.NotASubstitute):
        ordering.choose_line_substitution(
            owner=lan.owner, sku="milk", choice=SIMILAR, substitute_sku="goat", now=NOON
        )
    assert [one.sku for one in ordering.alternatives(owner=lan.owner, sku="milk", now=NOON)] == ["oat"]


def test_a_note_is_tidied_and_kept_when_the_quantity_changes(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=1)
    ordering.write_line_note(owner=lan.owner, sku="milk", note="  chai  thủy tinh\n", now=NOON)
    dairy.put(lan.owner, milk=3)
    assert (line(lan.owner).note, line(lan.owner).quantity) == ("chai thủy tinh", quantity(3))


@pytest.mark.parametrize("note", ["x" * 201, "a\x00b", "a\x1bb"])
def test_a_note_that_is_too_long_or_cannot_be_printed_is_refused(dairy: Shop, lan: Customer, note: str):
    dairy.put(lan.owner, milk=1)
    with pytest.raises(Invalid) as refused:
        ordering.write_line_note(owner=lan.owner, sku="milk", note=note, now=NOON)
    assert (refused.value.field, line(lan.owner).note) == ("note", "")


def test_what_is_not_in_the_cart_cannot_be_spoken_of(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=1)
    with pytest.raises(NotFound):
        ordering.write_line_note(owner=lan.owner, sku="oat", note="x", now=NOON)
    with pytest.raises(NotFound):
        ordering.choose_line_substitution(owner=lan.owner, sku="oat", choice=NONE, now=NOON)
    with pytest.raises(NotFound):
        ordering.alternatives(owner=lan.owner, sku="oat", now=NOON)


def test_the_order_copies_what_was_said(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=1, shrimp="0.5")
    ordering.choose_substitution(owner=lan.owner, choice=ASK, now=NOON)
    ordering.write_line_note(owner=lan.owner, sku="shrimp", note="bóc vỏ", now=NOON)
    ordering.choose_line_substitution(owner=lan.owner, sku="milk", choice=SIMILAR, substitute_sku="goat", now=NOON)
    placed = dairy.check_out(lan)
    assert ordered(placed.id) == {"milk": ("", "similar", "goat"), "shrimp": ("bóc vỏ", "ask", "")}


# --- signing in -----------------------------------------------------------------------------------------


def merged(shop: Shop, lan: Customer, guest: ordering.CartOwner) -> ordering.CartView:
    assert guest.token is not None
    return ordering.merge(token=guest.token, customer_id=lan.id, now=NOON)


def test_at_sign_in_the_guests_words_come_along(dairy: Shop, lan: Customer):
    guest = dairy.put(ordering.CartOwner(), milk=1).owner
    ordering.write_line_note(owner=guest, sku="milk", note="chai thủy tinh", now=NOON)
    ordering.choose_substitution(owner=guest, choice=ASK, now=NOON)
    ordering.want_day(owner=guest, day=TODAY + timedelta(days=1), now=NOON)
    cart = merged(dairy, lan, guest)
    assert (cart.lines[0].note, cart.substitution, cart.wanted_day) == (
        "chai thủy tinh",
        ASK,
        TODAY + timedelta(days=1),
    )


def test_at_sign_in_the_customers_own_words_go_first(dairy: Shop, lan: Customer):
    dairy.put(lan.owner, milk=1, oat=1)
    ordering.write_line_note(owner=lan.owner, sku="milk", note="mine", now=NOON)
    ordering.choose_line_substitution(owner=lan.owner, sku="milk", choice=NONE, now=NOON)
    guest = dairy.put(ordering.CartOwner(), milk=1, oat=1).owner
    for sku in ("milk", "oat"):
        ordering.write_line_note(owner=guest, sku=sku, note="the guest's", now=NOON)
        ordering.choose_line_substitution(owner=guest, sku=sku, choice=ASK, now=NOON)
    ordering.choose_substitution(owner=guest, choice=NONE, now=NOON)
    cart = merged(dairy, lan, guest)
    said = {line.sku: (line.quantity, line.note, line.substitution) for line in cart.lines}
    assert (said, cart.substitution) == (
        {"milk": (quantity(2), "mine", NONE), "oat": (quantity(2), "the guest's", ASK)},
        SIMILAR,
    )


# --- the day --------------------------------------------------------------------------------------------


def test_freshness_follows_the_day_that_is_wanted(shop: Shop, lan: Customer):
    shop.stock(TODAY + timedelta(days=2), milk=10)
    shop.put(lan.owner, milk=1)
    left = {}
    for ahead in (1, 3):
        cart = ordering.want_day(owner=lan.owner, day=TODAY + timedelta(days=ahead), now=NOON)
        left[ahead] = (cart.day, cart.lines[0].available)
    assert left == {1: (TODAY + timedelta(days=1), quantity(10)), 3: (TODAY + timedelta(days=3), quantity(0))}


def test_a_held_slots_day_goes_before_it(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=1)
    ordering.want_day(owner=lan.owner, day=TODAY + timedelta(days=3), now=NOON)
    cart = ordering.choose_slot(owner=lan.owner, slot_id=shop.slot_id, now=NOON)
    assert (cart.day, cart.day_passed) == (TODAY, False)


def test_a_day_that_has_passed_gives_way_to_today_and_is_said(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=1)
    ordering.want_day(owner=lan.owner, day=TODAY, now=NOON)
    cart = ordering.cart(owner=lan.owner, now=NOON + timedelta(days=1))
    assert (cart.day, cart.day_passed) == (TODAY + timedelta(days=1), True)


@pytest.mark.parametrize("ahead", [-1, 31])
def test_only_the_next_thirty_days_can_be_wanted(shop: Shop, lan: Customer, ahead: int):
    with pytest.raises(Invalid) as refused:
        ordering.want_day(owner=lan.owner, day=TODAY + timedelta(days=ahead), now=NOON)
    assert refused.value.field == "day"


def test_today_is_the_stores_today(shop: Shop, lan: Customer):
    """At 18:00 UTC it is one in the morning of the 21st in Hồ Chí Minh City."""
    late = NOON.replace(hour=18)
    with pytest.raises(Invalid):
        ordering.want_day(owner=lan.owner, day=TODAY, now=late)


# --- limits ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", ["-1", "-0.5"])
def test_less_than_nothing_is_refused_by_name(shop: Shop, lan: Customer, wanted: str):
    shop.stock(milk=10, shrimp=5)
    for put in (ordering.set_item, ordering.add_item):
        with pytest.raises(ordering.QuantityNotPositive):
            put(owner=lan.owner, sku="shrimp", quantity=quantity(wanted), now=NOON)


def test_a_product_may_have_a_limit_of_its_own(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.sell("milk", most=3)
    shop.put(lan.owner, milk=3)
    with pytest.raises(ordering.QuantityTooLarge) as refused:
        shop.put(lan.owner, milk=4)
    assert (refused.value.most, line(lan.owner).quantity) == ("3", quantity(3))


def test_a_limit_that_came_later_is_said_on_the_line_and_stops_the_order(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=5)
    shop.sell("milk", most=3)
    cart = ordering.cart(owner=lan.owner, now=NOON)
    with pytest.raises(ordering.QuantityTooLarge):
        shop.check_out(lan)
    assert (cart.lines[0].excess, cart.can_be_ordered) == (quantity(2), False)


def test_what_is_missing_to_the_least_order_is_said(shop: Shop, lan: Customer, settings: object):
    settings.MINIMUM_ORDER = 100_000  # type: ignore[attr-defined]  # pytest-django's settings
    shop.stock(milk=10)
    missing = [shop.put(lan.owner, milk=number).missing.minor for number in (1, 2, 3)]
    assert missing == [61_500, 23_000, 0]


@pytest.mark.parametrize(
    ("model", "name"),
    [(models.Cart, "cart_substitution_known"), (models.CartLine, "cart_line_substitution_known")],
)
def test_the_database_knows_the_choices(shop: Shop, lan: Customer, model: type[models.Cart], name: str):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=1)
    with pytest.raises(IntegrityError, match=name):
        model.objects.update(substitution="perhaps")
