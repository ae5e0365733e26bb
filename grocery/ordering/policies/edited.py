"""What an edited order costs: what was agreed keeps its price, and its offers as far as the basket still earns them.

Pure. A line falls into pieces: what was agreed when and at which price, oldest first, and what is added at today's.
The whole basket is priced by the offers that run now, by those that were agreed, and by both; the cheapest way
counts. An offer that runs no more, or otherwise, touches only what had been agreed by then; one that has begun to run
touches everything. *When* is counted: 0 is placing, 1 the first edit, and so on. See docs/adr/0160.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from grocery.kernel.money import Money, total
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering.contracts.prices import NOTHING, Adjustment, OfferKind
from grocery.ordering.policies.baskets import Goods, Offer
from grocery.ordering.policies.near_expiry import Reduced
from grocery.ordering.policies.offers import price_basket

#: So much of a line, at which price, since when; oldest first.
type Parts = tuple[tuple[Quantity, Money, int], ...]

_ON_GOODS: Final = frozenset({OfferKind.SKU, OfferKind.CATEGORY, OfferKind.MULTI_BUY})


@dataclass(frozen=True, slots=True)
class Agreed:
    """An offer as it was when the order was priced for that time."""

    offer: Offer
    when: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """So much of one SKU in an order: `kept` of what was agreed, `more` at `today`'s price, by the edit `when`.

    `reduced`: near-expiry units among the first that were agreed. `settled`: what lowered it stays as it is, and no
    offer touches the line; None: offers count.
    """

    sku: str
    kept: Parts = ()
    more: Quantity = ZERO
    today: Money = NOTHING
    when: int = 1
    counted: bool = True
    categories: frozenset[UUID] = frozenset()
    reduced: tuple[Reduced, ...] = ()
    settled: tuple[Adjustment, ...] | None = None

    @property
    def parts(self) -> Parts:
        """All of it, by price and time."""
        return (*self.kept, (self.more, self.today, self.when)) if self.more else self.kept


@dataclass(frozen=True, slots=True)
class EditedLine:
    """`list_amount` is `price` times the quantity: the highest of its prices, what is agreed below it is told."""

    parts: Parts
    price: Money
    list_amount: Money
    adjustments: tuple[Adjustment, ...]

    @property
    def discount(self) -> Money:
        return -total(effect.amount for effect in self.adjustments)

    @property
    def amount(self) -> Money:
        return self.list_amount - self.discount


def price_edited(
    wanted: Iterable[Wanted], *, running: Sequence[Offer], agreed: Sequence[Agreed]
) -> dict[str, EditedLine]:
    """Price each line of an edited order. `agreed`: the offers that lowered it, with their terms of their time."""
    lines = list(wanted)
    known = [one.offer for one in agreed]
    ended = [one for one in agreed if one.offer not in running]
    begun = [offer for offer in running if offer not in known]
    ways = [_priced(lines, running, [])]
    if ended:  # what stacks and has begun since would come on top of what was agreed
        stacked = [offer for offer in begun if offer.stackable]
        ways.append(_priced(lines, [o for o in running if o not in stacked], ended, only_more=stacked))
    if ended or begun:  # an offer that has begun may stand in the way of a better one
        ways.append(_priced(lines, [o for o in running if o in known], ended, only_more=begun))
    return min(ways, key=_amount)


def keep_first(parts: Parts, wanted: Quantity) -> Parts:
    """What stays of a line when less is wanted: what came last goes first."""
    kept: list[tuple[Quantity, Money, int]] = []
    left = wanted
    for quantity, price, when in parts:
        if left > 0:
            kept.append((Quantity(min(quantity, left)), price, when))
            left = Quantity(left - kept[-1][0])
    return tuple(kept)


def fee_after(agreed: Money, today: Money, *, before: Money, after: Money) -> Money:
    """The delivery fee of an edited basket: never dearer for wanting more, nor than what was agreed.

    Free delivery ends with the amount that earned it. `before`, `after`: what the goods cost.
    """
    if agreed or after >= before:
        return min(agreed, today)
    return today


# --- inside -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Piece:
    """`when` None: a line as one, which nothing that ran earlier touches."""

    goods: Goods
    when: int | None


def _amount(lines: Mapping[str, EditedLine]) -> int:
    return sum(line.amount.minor for line in lines.values())


def _priced(
    lines: Sequence[Wanted], running: Sequence[Offer], agreed: Sequence[Agreed], *, only_more: Sequence[Offer] = ()
) -> dict[str, EditedLine]:
    """By offers for everything, offers for what was agreed, and offers for what is added alone."""
    settled = total(_costs(line) for line in lines if line.settled is not None)
    open_lines = [line for line in lines if line.settled is None]
    pieces = {line.sku: _pieces(line, apart=bool(agreed or only_more)) for line in open_lines}
    keys = {sku: frozenset((_as_one(sku), *(p.goods.sku for p in found))) for sku, found in pieces.items()}
    times = {piece.goods.sku: piece.when or 0 for found in pieces.values() for piece in found}
    new = frozenset(key for line in open_lines for key in keys[line.sku] & times.keys() if times[key] == line.when)
    offers = [
        *(_for_pieces(offer, keys) for offer in running),
        *(replace(_for_pieces(one.offer, keys), only=_by_then(one, agreed, times)) for one in agreed),
        *(replace(_for_pieces(offer, keys), only=new) for offer in only_more),
    ]
    whole = total(p.goods.price * p.goods.quantity for found in pieces.values() for p in found) + settled
    chosen = {line.sku: _cheaper(line, pieces[line.sku], offers, whole) for line in open_lines}
    priced = price_basket([piece.goods for found in chosen.values() for piece in found], offers, besides=settled)
    done = {
        sku: _merged(
            [priced.lines[piece.goods.sku].list_amount for piece in found],
            [effect for piece in found for effect in priced.lines[piece.goods.sku].adjustments],
        )
        for sku, found in chosen.items()
    }
    return {
        line.sku: _line(line, *done[line.sku]) if line.settled is None else _settled(line, line.settled)
        for line in lines
    }


def _by_then(one: Agreed, agreed: Sequence[Agreed], times: Mapping[str, int]) -> frozenset[str]:
    """What had been agreed by its time. What stacks counts once: by the first terms after a piece was agreed."""
    earlier = [o.when for o in agreed if o.offer.id == one.offer.id and o.when < one.when and one.offer.stackable]
    after = max(earlier, default=-1)
    return frozenset(key for key, when in times.items() if after < when <= one.when)


def _pieces(line: Wanted, *, apart: bool) -> list[_Piece]:
    """A line by its prices; `apart`: also by when they were agreed."""
    parts: list[tuple[Quantity, Money, int]] = []
    for quantity, price, when in line.parts:
        if parts and parts[-1][1] == price and not apart:
            parts[-1] = (Quantity(parts[-1][0] + quantity), price, parts[-1][2])
        else:
            parts.append((quantity, price, when))
    return [
        _Piece(_goods(line, _key(line.sku, number), quantity, price, line.reduced if not number else ()), when)
        for number, (quantity, price, when) in enumerate(parts)
    ]


def _key(sku: str, number: int) -> str:
    return f"{sku}\n{number}" if number else sku


def _as_one(sku: str) -> str:
    return f"{sku}\n"


def _goods(line: Wanted, key: str, quantity: Quantity, price: Money, reduced: tuple[Reduced, ...]) -> Goods:
    return Goods(
        sku=key,
        price=price,
        quantity=quantity,
        counted=line.counted,
        categories=line.categories,
        reduced=reduced,
    )


def _for_pieces(offer: Offer, keys: Mapping[str, frozenset[str]]) -> Offer:
    """The same offer, which knows the pieces of its products by their keys."""
    mine = offer.skus & keys.keys()
    return replace(offer, skus=frozenset().union(*(keys[sku] for sku in mine))) if offer.skus else offer


def _cheaper(line: Wanted, pieces: list[_Piece], offers: Sequence[Offer], whole: Money) -> list[_Piece]:
    """The line by its pieces, or as one at its highest price, which counts in one for "three for two"."""
    if len(pieces) == 1:
        return pieces
    quantity = Quantity(sum((piece.goods.quantity for piece in pieces), start=ZERO))
    one = _goods(line, _as_one(line.sku), quantity, max(p.goods.price for p in pieces), line.reduced)
    rest = whole - total(piece.goods.price * piece.goods.quantity for piece in pieces)
    on_goods = [offer for offer in offers if offer.kind in _ON_GOODS]
    apart = price_basket([piece.goods for piece in pieces], on_goods, besides=rest)
    as_one = price_basket([one], on_goods, besides=rest)
    return [_Piece(one, when=None)] if as_one.amount < apart.amount else pieces


def _merged(amounts: Sequence[Money], effects: Iterable[Adjustment]) -> tuple[Money, tuple[Adjustment, ...]]:
    """What the pieces of a line come to, with one effect per offer."""
    by_offer: dict[object, Adjustment] = {}
    for effect in effects:
        key = effect.offer_id or effect.name_en
        seen = by_offer.get(key)
        by_offer[key] = effect if seen is None else _both(seen, effect)
    return total(amounts), tuple(by_offer.values())


def _both(one: Adjustment, other: Adjustment) -> Adjustment:
    quantity = Quantity(one.quantity + other.quantity)
    return replace(one, quantity=quantity, amount=one.amount + other.amount)


def _line(line: Wanted, costs: Money, effects: tuple[Adjustment, ...]) -> EditedLine:
    """`costs`: its pieces at their own prices. What is less than its quantity at its price is told."""
    parts = line.parts
    price = max(price for _quantity, price, _when in parts)
    quantity = Quantity(sum((quantity for quantity, _price, _when in parts), start=ZERO))
    whole = max(price * quantity, costs)
    return EditedLine(parts, price, whole, (*_agreed(whole - costs, parts, price), *effects))


def _settled(line: Wanted, effects: tuple[Adjustment, ...]) -> EditedLine:
    return _line(line, _costs(line), effects)


def _costs(line: Wanted) -> Money:
    return total(price * quantity for quantity, price, _when in line.parts)


def _agreed(off: Money, parts: Parts, price: Money) -> tuple[Adjustment, ...]:
    if not off:
        return ()
    cheaper = Quantity(sum((quantity for quantity, own, _when in parts if own < price), start=ZERO))
    return (Adjustment(None, OfferKind.SKU, "Price agreed for a part", "Giá đã chốt cho một phần", cheaper, -off),)
