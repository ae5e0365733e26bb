# ruff: noqa: S311 - which groceries a demo sells is no secret
"""A believable catalogue out of raw material: goods × varieties × origins or brands × packs.

Every combination has a number of its own, and SKU and GTIN come from it: whatever the size and the seed of a
catalogue, a SKU names the same product. The seed decides which combinations are there, and what they cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product, zip_longest
from random import Random
from typing import Final, Literal

from grocery.catalog.contracts import Allergen, CategoryDraft, Dietary, NetUnit, ProductDraft, Unit
from grocery.catalog.policies.gtin import internal_gtin
from grocery.kernel.money import dong, spread

type Kind = Literal["fresh", "counter", "packed"]
#: The staple that sells best, and how much less the next one does.
_MOST_POPULAR: Final = 100_000
_POPULARITY_STEP: Final = 250
_ABROAD: Final = {
    "Mỹ": "USA",
    "Pháp": "France",
    "Úc": "Australia",
    "Nam Phi": "South Africa",
    "Hàn Quốc": "Korea",
}
_MEAT: Final = frozenset(
    [
        "pork",
        "beef",
        "chicken",
        "shrimp",
        "fish",
        "crab",
        "seafood",
        "tuna",
        "scad",
        "mackerel",
        "sardines",
        "salmon",
        "rib",
        "floss",
    ]
)
_DAIRY: Final = frozenset(["cheese", "milk", "butter", "cream", "kefir", "brioche", "custard"])
#: The words of a name that tell an allergen.
_TOLD_BY: Final[dict[Allergen, frozenset[str]]] = {
    Allergen.GLUTEN: frozenset(["oat", "oats", "wheat", "frying", "coated", "rye"]),
    Allergen.CRUSTACEANS: frozenset(["shrimp", "prawns", "crab", "lobster", "seafood"]),
    Allergen.EGGS: frozenset(["egg", "eggs", "yolk", "custard", "brioche"]),
    Allergen.FISH: frozenset(
        ["fish", "tuna", "scad", "mackerel", "sardines", "salmon", "anchovy", "basa", "featherback", "seafood"]
    ),
    Allergen.PEANUTS: frozenset(["peanut", "peanuts"]),
    Allergen.SOY: frozenset(["soy", "soya", "soybean", "tofu"]),
    Allergen.MILK: frozenset(["milk", "cheese", "butter", "cream", "kefir", "brioche", "custard", "creamed"]),
    Allergen.NUTS: frozenset(["almond", "walnut", "macadamia", "cashew", "cashews", "hazelnut"]),
    Allergen.MUSTARD: frozenset(["mustard"]),
    Allergen.SESAME: frozenset(["sesame", "seeded"]),
    Allergen.SULPHITES: frozenset(["wine"]),
    Allergen.MOLLUSCS: frozenset(["squid", "octopus", "clams", "oysters", "oyster", "seafood"]),
}
_FROM_THE_SEA: Final = {Allergen.FISH, Allergen.CRUSTACEANS, Allergen.MOLLUSCS}
_NOT_VEGAN: Final = (Dietary.VEGAN,)
_NOT_VEGETARIAN: Final = (Dietary.VEGAN, Dietary.VEGETARIAN)
#: What can no longer be promised of a good that contains it.
_BROKEN_BY: Final[dict[Allergen, tuple[Dietary, ...]]] = {
    Allergen.GLUTEN: (Dietary.GLUTEN_FREE,),
    Allergen.EGGS: _NOT_VEGAN,
    Allergen.MILK: (*_NOT_VEGAN, Dietary.LACTOSE_FREE),
    Allergen.FISH: _NOT_VEGETARIAN,
    Allergen.CRUSTACEANS: _NOT_VEGETARIAN,
    Allergen.MOLLUSCS: _NOT_VEGETARIAN,
}
#: Counted by the piece and paid by weight: `each0.35`.
_EACH: Final = "each"
_FROM_ANIMALS: Final = _MEAT | _DAIRY | {"egg", "honey", "yolk"}


@dataclass(frozen=True, slots=True)
class Name:
    """A word in both languages; empty for the plain sort."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What a good may bear: a standard it is grown to. `factor` is what it does to the price."""

    name: Name
    tag: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Good:
    """A kind of thing, with all that can vary. `price` is đồng per kg, l or piece; `days` 0 keeps."""

    number: int
    code: str
    kind: Kind
    category: CategoryDraft
    name: Name
    image: str
    price: int
    varieties: tuple[Name, ...]
    makers: tuple[str, ...]
    marks: tuple[Mark, ...]
    packs: tuple[str, ...]
    days: int
    vat_group: str
    dietary: tuple[str, ...]
    contains: tuple[str, ...]
    tags: tuple[str, ...]
    keeping: Name

    def combinations(self) -> list[Combination]:
        """All that there can be; the first is the staple."""
        every = product(self.varieties, self.makers, self.marks, self.packs)
        return [Combination(self, place, *parts) for place, parts in enumerate(every)]


@dataclass(frozen=True, slots=True)
class Combination:
    good: Good
    place: int
    variety: Name
    maker: str
    mark: Mark
    pack: str


def capacity(goods: Sequence[Good]) -> int:
    """How many products the raw material is good for."""
    return sum(len(g.varieties) * len(g.makers) * len(g.marks) * len(g.packs) for g in goods)


def products(goods: Sequence[Good], *, count: int, seed: int) -> Iterator[ProductDraft]:
    """`count` products, the shop's staples first, the same for the same seed."""
    combinations = {good.number: good.combinations() for good in goods}
    staples = [combinations[good.number][0] for good in _taking_turns(goods)]
    for rank, combination in enumerate(staples[:count]):
        popularity = max(_MOST_POPULAR - rank * _POPULARITY_STEP, 1_000)
        yield _draft(combination, Random(f"{seed} {rank}"), popularity, staple=True)
    if count <= len(staples):
        return
    sizes = [len(combinations[good.number]) - 1 for good in goods]
    for good, share in zip(goods, spread(dong(count - len(staples)), sizes), strict=True):
        rng, others = Random(f"{seed}/{good.number}"), combinations[good.number][1:]
        for combination in rng.sample(others, share.minor):
            yield _draft(combination, rng, int(400 * rng.random() ** 4), staple=False)


def _taking_turns(goods: Sequence[Good]) -> list[Good]:
    """The first good of each department, then the first of their second categories …, so that all are at the top."""
    departments: dict[str, dict[str, list[Good]]] = {}
    for good in goods:
        departments.setdefault(good.code, {}).setdefault(good.category.slug, []).append(good)
    columns = [_turns(list(categories.values())) for categories in departments.values()]
    return _turns(columns)


def _turns[T](columns: Sequence[Sequence[T]]) -> list[T]:
    return [one for row in zip_longest(*columns) for one in row if one is not None]


def _draft(made: Combination, rng: Random, popularity: int, *, staple: bool) -> ProductDraft:
    good = made.good
    unit, step, net, net_unit = _pack(made.pack)
    by_piece = made.pack.startswith(_EACH)
    name = _name(made)
    return ProductDraft(
        sku=f"{good.code}{good.number:03d}{made.place:04d}",
        name_en=name.en,
        name_vi=name.vi,
        category=good.category.slug,
        price=_price(made, net, net_unit, Decimal(1) if staple else Decimal(rng.randint(82, 128)) / 100),
        unit=unit,
        step=step,
        piece_weight=step if by_piece else None,
        net_content=net,
        net_unit=net_unit,
        vat_group=good.vat_group,
        perishable=good.days > 0,
        min_freshness_days=good.days or None,
        dietary=_dietary(made),
        allergens=_allergens(made),
        tags=tuple(tag for tag in (made.mark.tag, *good.tags) if tag),
        brand=made.maker if good.kind == "packed" else "",
        gtin=internal_gtin(good.number * 10_000 + made.place),
        image=f"food/{good.image}.svg",
        description_en=good.keeping.en,
        description_vi=good.keeping.vi,
        popularity=popularity,
    )


def _name(made: Combination) -> Name:
    """`Cà chua beef hữu cơ Đà Lạt`, `Organic beef tomatoes, Đà Lạt`; packed goods bear their brand."""
    good, mark = made.good, made.mark.name
    vi = " ".join(part for part in (good.name.vi, made.variety.vi, mark.vi, made.maker) if part)
    plain = " ".join(part for part in (made.variety.en, good.name.en) if part)
    if good.kind == "packed":
        return Name(vi, f"{made.maker} {plain}")
    is_label = mark.en[:1].isupper()
    en = f"{mark.en} {plain}" if mark.en and not is_label else plain
    tail = [part for part in (mark.en if is_label else "", _ABROAD.get(made.maker, made.maker)) if part]
    return Name(vi, ", ".join([en[:1].upper() + en[1:], *tail]))


def _pack(pack: str) -> tuple[Unit, Decimal, Decimal | None, NetUnit | None]:
    if pack.startswith(("kg", _EACH)):
        return Unit.KG, Decimal(pack.removeprefix("kg").removeprefix(_EACH)), None, None
    number = Decimal("".join(char for char in pack if char.isdigit()))
    unit = {"g": NetUnit.G, "ml": NetUnit.ML, "pc": NetUnit.PIECE}[pack.lstrip("0123456789")]
    return Unit.PIECE, Decimal(1), number, unit


def _price(made: Combination, net: Decimal | None, net_unit: NetUnit | None, factor: Decimal) -> int:
    """Rounded as price tags are: to 100 ₫, from 20.000 ₫ on to 500 ₫. Small packs cost a little more per kg."""
    exact = made.good.price * factor * made.mark.factor
    if net is not None:
        place = made.good.packs.index(made.pack)
        exact *= net if net_unit is NetUnit.PIECE else net / 1000
        exact *= 1 + Decimal("0.03") * place * (1 if net < 400 else -1)
    grain = 100 if exact < 20_000 else 500
    return max(int(exact / grain + Decimal("0.5")) * grain, grain)


def _dietary(made: Combination) -> tuple[str, ...]:
    """What the good promises, less what this sort of it cannot keep."""
    if made.good.kind == "fresh":  # a beef tomato is none
        return made.good.dietary
    words = _words(made)
    if words & {"nut", "soy"}:
        words -= {"milk"}
    lost = {promise for allergen in _allergens(made) for promise in _BROKEN_BY.get(Allergen(allergen), ())}
    if words & _FROM_ANIMALS:
        lost.add(Dietary.VEGAN)
    if words & _MEAT:
        lost.add(Dietary.VEGETARIAN)
    if words & _DAIRY:
        lost.add(Dietary.LACTOSE_FREE)
    if "sweetened" in words:
        lost.add(Dietary.NO_ADDED_SUGAR)
    return tuple(promise for promise in made.good.dietary if promise not in lost)


def _allergens(made: Combination) -> tuple[str, ...]:
    """What the good contains, and what the words of its name tell beyond that; without meat there is no fish."""
    told: set[str] = set(made.good.contains)
    words = _words(made)
    if {"meat", "free"} <= words:
        told -= _FROM_THE_SEA
    if made.good.kind != "fresh":
        if words & {"nut", "soy", "beans"}:
            words -= {"milk", "butter"}
        told |= {allergen for allergen, names in _TOLD_BY.items() if words & names}
    return tuple(sorted(told))


def _words(made: Combination) -> set[str]:
    """The words of the English name; of what is made without meat, those that are no meat."""
    words = set(f"{made.variety.en} {made.good.name.en}".replace("-", " ").lower().split())
    if "eggs" in words:
        return words - {"chicken", "duck", "quail"}
    return words - _MEAT - {"oyster"} if {"meat", "free"} <= words else words
