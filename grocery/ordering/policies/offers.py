"""What a basket costs when offers are counted in. Pure, linear in the number of lines.

On goods the highest offer wins; a second one counts only if it says that it stacks. A line that takes near-expiry
units falls into parts: those units, by the percentage of their lot, and the plain rest, which no markdown touches.
Of the offers on the whole basket that do not stack the one that saves most counts: beside offers on goods, where it
takes only such goods as none of these makes cheaper, or instead of them, whichever is the customer's advantage. What
stacks comes last, oldest first, on what is left. See docs/adr/0121.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Self
from uuid import UUID

from grocery.kernel.money import Money, dong, spread, total
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering.contracts.prices import NOTHING, Adjustment, OfferKind
from grocery.ordering.policies.baskets import Goods, Offer, PricedBasket, PricedLine, reduced_price
from grocery.ordering.policies.near_expiry import Reduced


def price_basket(wanted: Iterable[Goods], offers: Iterable[Offer] = (), *, besides: Money = NOTHING) -> PricedBasket:
    """Price each line, with each offer's effect on it. The order of lines and of offers does not matter.

    `besides`: list amount of goods that no offer touches, and that count for where offers begin.
    """
    lines = sorted(wanted, key=lambda line: line.sku)
    whole = total(line.price * line.quantity for line in lines) + besides
    rules = _Rules.of(_counting(offers, lines, whole))
    if not rules.basket and not rules.stacked:  # each line for itself, and most are touched by nothing
        return PricedBasket({line.sku: _alone(line, rules.goods) for line in lines})
    parts = max((_settle(lines, goods, basket) for goods, basket in rules.ways()), key=_saved)
    for offer in rules.stacked:
        _stack(offer, parts)
    by_line: dict[str, list[_Part]] = defaultdict(list)
    for part in parts:
        by_line[part.goods.sku].append(part)
    return PricedBasket({line.sku: _priced(line, by_line[line.sku]) for line in lines})


def price_alone(goods: Goods, offers: Iterable[Offer]) -> PricedLine:
    """A line with the offers on these goods that count whatever else is in the basket."""
    return price_basket([goods], [offer for offer in offers if not offer.looks_at_the_basket]).lines[goods.sku]


def _counting(offers: Iterable[Offer], lines: Sequence[Goods], whole: Money) -> list[Offer]:
    """The offers that have begun by this amount and touch something here, oldest first."""
    skus = {line.sku for line in lines}
    categories = {category for line in lines for category in line.categories}
    touching = (
        offer
        for offer in offers
        if not offer.is_on_goods or not offer.skus.isdisjoint(skus) or not offer.categories.isdisjoint(categories)
    )
    return sorted((offer for offer in touching if offer.from_amount <= whole), key=lambda offer: offer.id)


def fee_adjustment(offers: Iterable[Offer], *, goods: Money, fee: Money) -> Adjustment | None:
    """What makes the delivery free for a basket whose goods cost so much; None where nothing does."""
    free = (offer for offer in offers if offer.kind is OfferKind.FREE_DELIVERY and offer.from_amount <= goods)
    offer = min(free, key=lambda offer: offer.id, default=None)
    if offer is None or not fee:
        return None
    return Adjustment(offer.id, offer.kind, offer.name_en, offer.name_vi, ZERO, -fee)


# --- inside -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _OnGoods:
    """Offers on goods, found by what they touch."""

    by_sku: Mapping[str, list[Offer]]
    by_category: Mapping[UUID, list[Offer]]

    def of(self, goods: Goods) -> Iterable[Offer]:
        yield from self.by_sku.get(goods.sku, ())
        if self.by_category:
            for category in sorted(goods.categories):
                yield from self.by_category.get(category, ())


@dataclass(frozen=True, slots=True)
class _Rules:
    """The offers that count, by how they count."""

    goods: _OnGoods
    basket: list[Offer]
    stacked: list[Offer]

    @classmethod
    def of(cls, offers: Sequence[Offer]) -> Self:
        by_sku, by_category = defaultdict[str, list[Offer]](list), defaultdict[UUID, list[Offer]](list)
        for offer in offers:
            if offer.is_on_goods and not offer.stackable:
                for sku in offer.skus if offer.only is None else offer.skus & offer.only:
                    by_sku[sku].append(offer)
                for category in offer.categories if offer.only is None else ():
                    by_category[category].append(offer)
        return cls(
            _OnGoods(by_sku, by_category),
            [offer for offer in offers if offer.kind is OfferKind.BASKET and not offer.stackable],
            [offer for offer in offers if offer.stackable and offer.kind is not OfferKind.FREE_DELIVERY],
        )

    def ways(self) -> Iterable[tuple[_OnGoods, Offer | None]]:
        """What may count together: offers on goods, with one on the whole basket or none; that one alone."""
        yield self.goods, None
        for basket in self.basket:
            yield self.goods, basket
            yield _OnGoods({}, {}), basket


@dataclass(slots=True)
class _Part:
    """Units of one line that cost the same. `unit`: what one costs by now; None once they differ."""

    goods: Goods
    quantity: Quantity
    whole: int
    reduced: Reduced | None
    left: int
    unit: Money | None
    effects: list[Adjustment] = field(default_factory=list)

    def lower(self, offer: Offer, amount: int, quantity: Quantity) -> None:
        amount = min(amount, self.left)
        if amount > 0:
            self.left -= amount
            self.effects.append(
                Adjustment(offer.id, offer.kind, offer.name_en, offer.name_vi, quantity, dong(-amount))
            )


def _parts(goods: Goods) -> list[_Part]:
    """The near-expiry units by their percentage, then the plain rest; list amounts add up to the line's."""
    plain = Quantity(goods.quantity - sum((r.quantity for r in goods.reduced), Decimal(0)))
    pieces = [(r.quantity, r) for r in goods.reduced] + ([(plain, None)] if plain > 0 else [])
    amounts = spread(goods.price * goods.quantity, [int(quantity * 1000) for quantity, _reduced in pieces])
    return [
        _Part(goods, quantity, amount.minor, reduced, amount.minor, goods.price)
        for (quantity, reduced), amount in zip(pieces, amounts, strict=True)
    ]


def _alone(line: Goods, rules: _OnGoods) -> PricedLine:
    """A line where no offer looks at the whole basket."""
    if not line.reduced and not any(True for _offer in rules.of(line)):
        return PricedLine(line.price * line.quantity)
    return _priced(line, _settle([line], rules, None))


def _settle(lines: Sequence[Goods], rules: _OnGoods, basket: Offer | None) -> list[_Part]:
    """Each part with the one offer that makes it cheapest, `basket` among them."""
    parts = [part for line in lines for part in _parts(line)]
    base: list[_Part] = []
    for part in parts:
        saved = _best_on_goods(part, rules)
        if basket is None or not basket.may_touch(part.goods.sku):
            continue
        if part.whole * basket.percent > saved * 100:
            part.left, part.unit, part.effects = part.whole, part.goods.price, []
        if not part.effects:
            base.append(part)
    if basket is not None:
        _take_off_together(basket, base)
    return parts


def _best_on_goods(part: _Part, rules: _OnGoods) -> int:
    """Apply the offer on these goods that saves most, the lot's markdown first on a tie; how much it saves."""
    best = [(_effect(offer, part), offer) for offer in rules.of(part.goods)]
    (amount, quantity), winner = max(best, key=lambda one: one[0][0], default=((0, ZERO), None))
    if part.reduced is not None and part.whole - _at(part, _markdown(part)) >= amount:
        unit = _markdown(part)
        part.left, part.unit = _at(part, unit), unit
        if part.left < part.whole:
            part.effects.append(part.reduced.adjustment(dong(part.left - part.whole)))
    elif winner is not None:
        after = _unit_after(winner, part)
        part.lower(winner, amount, quantity)
        part.unit = after
    return part.whole - part.left


def _markdown(part: _Part) -> Money:
    assert part.reduced is not None
    return reduced_price(part.goods.price, part.reduced.percent)


def _at(part: _Part, unit: Money) -> int:
    """What the part comes to when one unit costs so much; never more than it does now."""
    return min((unit * part.quantity).minor, part.left)


def _unit_after(offer: Offer, part: _Part) -> Money | None:
    if part.unit is None or offer.kind is OfferKind.MULTI_BUY:
        return None
    if offer.price is not None:
        return min(offer.price, part.unit)
    return reduced_price(part.unit, offer.percent)


def _effect(offer: Offer, part: _Part) -> tuple[int, Quantity]:
    """How much an offer on goods takes off what is left of this part, and on how many units."""
    if offer.kind is OfferKind.MULTI_BUY:
        return _multi_buy(offer, part)
    unit = _unit_after(offer, part)
    if unit is not None:
        return part.left - _at(part, unit), part.quantity
    if offer.price is not None:
        return part.left - _at(part, offer.price), part.quantity
    return (dong(part.left) * (Decimal(offer.percent) / 100)).minor, part.quantity


def _multi_buy(offer: Offer, part: _Part) -> tuple[int, Quantity]:
    """Of each whole group of pieces some are cheaper; near-expiry units and weighed goods make no group."""
    if part.reduced is not None or not part.goods.counted:
        return 0, ZERO
    units = int(part.quantity) // offer.buy * (offer.buy - offer.pay)
    if not units:
        return 0, ZERO
    if part.unit is not None:
        return (part.unit - reduced_price(part.unit, offer.percent)).minor * units, Quantity(Decimal(units))
    share = Decimal(units) / part.quantity * offer.percent / 100
    return (dong(part.left) * share).minor, Quantity(Decimal(units))


def _take_off_together(offer: Offer, base: Sequence[_Part]) -> None:
    """Take a percentage or an amount off these parts as one, spread to the đồng by largest remainder."""
    whole = dong(sum(part.left for part in base))
    if not whole:
        return
    off = offer.off if offer.off is not None else whole * (Decimal(offer.percent) / 100)
    shares = spread(min(off, whole), [part.left for part in base])
    for part, share in zip(base, shares, strict=True):
        part.lower(offer, share.minor, part.quantity)
        part.unit = None


def _stack(offer: Offer, parts: Sequence[_Part]) -> None:
    """Add an offer on top of what the others left."""
    parts = [part for part in parts if offer.may_touch(part.goods.sku)]
    if offer.kind is OfferKind.BASKET:
        _take_off_together(offer, parts)
        return
    for part in parts:
        if part.goods.sku in offer.skus or part.goods.categories & offer.categories:
            (amount, quantity), unit = _effect(offer, part), _unit_after(offer, part)
            part.lower(offer, amount, quantity)
            part.unit = unit


def _saved(parts: Sequence[_Part]) -> int:
    return sum(part.whole - part.left for part in parts)


def _priced(line: Goods, parts: Sequence[_Part]) -> PricedLine:
    """The line with one adjustment per offer, whatever the number of its parts."""
    together: dict[object, Adjustment] = {}
    for effect in (effect for part in parts for effect in part.effects):
        key = effect.offer_id or effect.name_en
        seen = together.get(key)
        together[key] = effect if seen is None else _both(seen, effect)
    return PricedLine(line.price * line.quantity, tuple(together.values()))


def _both(one: Adjustment, other: Adjustment) -> Adjustment:
    quantity = Quantity(one.quantity + other.quantity)
    return Adjustment(one.offer_id, one.kind, one.name_en, one.name_vi, quantity, one.amount + other.amount)
