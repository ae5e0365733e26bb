"""What may stand in for what, whatever the products promise."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from grocery.catalog.contracts import Allergen, Dietary
from grocery.kernel.money import dong
from grocery.ordering import policies


@dataclass(frozen=True)
class Product:
    dietary: tuple[str, ...]
    allergens: tuple[str, ...] | None


DECLARED = st.lists(st.sampled_from(list(Allergen)), unique=True, max_size=4).map(tuple)
PRODUCTS = st.builds(
    Product,
    dietary=st.lists(st.sampled_from(list(Dietary)), unique=True, max_size=3).map(tuple),
    allergens=st.none() | DECLARED,
)
PRICES = st.integers(0, 10**9).map(dong)


@given(PRODUCTS, st.lists(PRODUCTS, max_size=20))
def test_no_substitute_lacks_a_dietary_property(original, candidates):
    for one in policies.substitutes(original, candidates):
        assert set(original.dietary) - set(one.dietary) == set()


@given(PRODUCTS, st.lists(PRODUCTS, max_size=20))
def test_no_substitute_adds_an_allergen_or_leaves_them_unsaid(original, candidates):
    for one in policies.substitutes(original, candidates):
        assert one.allergens is not None
        assert set(one.allergens) - set(original.allergens or ()) == set()


@given(PRODUCTS, st.lists(PRODUCTS, max_size=20))
def test_the_best_stays_the_best(original, candidates):
    kept = policies.substitutes(original, candidates)
    places = iter(candidates)
    assert all(any(one is other for other in places) for one in kept)


@given(DECLARED, st.lists(st.sampled_from(list(Dietary)), unique=True).map(tuple))
def test_what_is_declared_may_stand_in_for_itself(allergens, dietary):
    product = Product(dietary, allergens)
    assert policies.may_stand_in(product, product)


def test_what_nobody_declared_stands_in_for_nothing_not_even_itself():
    assert not policies.may_stand_in(Product((), None), Product((), None))


@given(PRICES, PRICES)
def test_a_substitute_costs_neither_more_than_agreed_nor_more_than_it_costs(agreed, price):
    assert policies.lower_of_two(agreed, price) == min(agreed, price)
