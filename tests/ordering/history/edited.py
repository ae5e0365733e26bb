"""What an edit makes of an order, stated anew and plainly. See docs/adr/0160.

What stays keeps its price, what is added costs today's. The whole basket is priced by the offers that run now, and by
those together with the ones that it was agreed with; the cheaper counts. Delivery is never dearer for wanting more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from tests.ordering.history.orders import NOTHING, Agreed, Bought, Line, Slot, at_most, keep_first
from tests.ordering.history.prices import (
    AS_ONE,
    Effects,
    Rule,
    Wanted,
    frees_delivery,
    price,
    rounded,
)


class Today(Protocol):
    """The shop as it is now: its prices, all offers that there ever were."""

    now: datetime
    prices: dict[str, int]
    offers: dict[UUID, Rule]

    def by_weight(self, sku: str) -> bool: ...


@dataclass(frozen=True)
class Kept:
    """A line as it is wanted. `off`: what is off a settled line; None: offers count."""

    sku: str
    parts: list[Agreed]
    by_weight: bool
    near: dict[int, Decimal]
    off: Effects | None

    @property
    def costs(self) -> int:
        return sum(rounded(price * units) for units, price, _ in self.parts)

    def pieces(self, *, apart: bool) -> list[Wanted]:
        """Its units by price, with `apart` also by when they were agreed; of the first some are near their date."""
        together: list[Agreed] = []
        for units, each, when in self.parts:
            if together and together[-1][1] == each and not apart:
                together[-1] = (together[-1][0] + units, each, together[-1][2])
            else:
                together.append((units, each, when))
        near = tuple(self.near.items())
        return [
            Wanted(self.sku, each, units, self.by_weight, () if number else near, when)
            for number, (units, each, when) in enumerate(together)
        ]

    def as_one(self) -> Wanted:
        """All at its highest price."""
        units, near = sum((units for units, _, _ in self.parts), NOTHING), tuple(self.near.items())
        return Wanted(self.sku, max(price for _, price, _ in self.parts), units, self.by_weight, near, AS_ONE)


def edited(order: Bought, wanted: Mapping[str, Decimal], today: Today, slot: Slot | None = None) -> Bought:
    """The order with exactly so much of these, in that slot."""
    after, when = deepcopy(order), len(order.priced_at)
    after.slot = slot or order.slot
    coupons = order.codes if order.lowered_by or any(line.effects for line in order.lines.values()) else frozenset()
    amounts = {sku: line.quantity for sku, line in order.lines.items()}
    amounts |= {sku: amount for sku, amount in wanted.items() if amount or sku in amounts}
    running = [r for r in today.offers.values() if r.counts_for(amounts, coupons)]
    agreed = [agreed_until(today.offers[offer], order.priced_at) for offer in order.lowered_by]
    lines = [kept(after, sku, amounts[sku], today, when) for sku in sorted(amounts) if amounts[sku]]
    cheapest = min(ways(lines, running, agreed, when), key=goods_of)
    for sku, line in after.lines.items():
        if not amounts[sku]:
            after.lines[sku] = replace(line, quantity=NOTHING, whole=0, effects=Counter(), near={}, parts=[])
    for one in lines:
        become(after, one, *cheapest[one.sku])
    after.fee = fee(order, after, moved=slot is not None)
    after.free_by = frees_delivery([*running, *agreed], after.goods) if after.fee else None
    after.codes = order.codes - {code for code in coupons if code not in after.lowered_by}
    after.priced_at.append(today.now)
    after.drop_questions(after.changed_since(order))
    return after


def agreed_until(rule: Rule, priced_at: Sequence[datetime]) -> Rule:
    """For what had been agreed by the last time that it ran."""
    return replace(rule, until=max(when for when, moment in enumerate(priced_at) if rule.ran(moment)))


def kept(order: Bought, sku: str, amount: Decimal, today: Today, when: int) -> Kept:
    """What stays of a line, and what is added to it; units near their date are among those that were agreed first."""
    line = order.lines.get(sku, Line(sku, 0, NOTHING, 0, today.by_weight(sku)))
    stays = keep_first(line.agreed, min(amount, line.quantity))
    more = amount - line.quantity
    still_good = order.goods_kept and order.slot.day == today.now.date()
    near = at_most(line.near, stays[0][0]) if stays and still_good else {}
    off = with_its_units(line, min(amount, line.quantity), near) if line.settled and stays else None
    return Kept(sku, [*stays, *([(more, today.prices[sku], when)] if more > 0 else [])], line.by_weight, near, off)


def with_its_units(line: Line, left: Decimal, near: dict[int, Decimal]) -> Effects:
    """What is off a settled line stays; but a markdown goes where its units go."""
    off, promised = line.effects_of(left), sum(at_most(line.near, left).values(), NOTHING)
    for by in off if promised else ():
        if str(by).startswith("near"):
            off[by] = rounded(off[by] * sum(near.values(), NOTHING) / promised)
    return +off


type Way = dict[str, tuple[int, Effects]]


def goods_of(way: Way) -> int:
    return sum(costs - off.total() for costs, off in way.values())


def ways(lines: Sequence[Kept], running: Sequence[Rule], agreed: Sequence[Rule], when: int) -> Iterable[Way]:
    """How it may be priced: by what runs; by that and what was agreed and has ended, where what adds to others and
    has begun since is for what is added only; and so with all that has begun since.
    """
    known = {rule.id for rule in agreed}
    ended = [rule for rule in agreed if rule.ended]
    begun = [rule for rule in running if rule.id not in known]
    yield way(lines, running, apart=False)
    for later in ([rule for rule in begun if rule.stackable] if ended else None, begun if ended or begun else None):
        if later is not None:
            others = [rule for rule in running if rule not in later]
            yield way(lines, [*others, *ended, *(replace(rule, only=when) for rule in later)], apart=True)


def way(lines: Sequence[Kept], rules: Sequence[Rule], *, apart: bool) -> Way:
    """What each line costs before what is taken off, and that."""
    settled = sum(line.costs for line in lines if line.off is not None)
    whole = sum(piece.listed for line in lines if line.off is None for piece in line.pieces(apart=apart)) + settled
    pieces = [one for line in lines if line.off is None for one in cheaper_cut(line, rules, whole, apart=apart)]
    found = {line.sku: (line.costs, line.off) for line in lines if line.off is not None}
    for piece, effects in zip(pieces, price(pieces, rules, settled), strict=True):
        costs, before = found.get(piece.sku, (0, Counter()))
        found[piece.sku] = costs + piece.listed, before + effects
    return found


def cheaper_cut(line: Kept, rules: Sequence[Rule], whole: int, *, apart: bool) -> list[Wanted]:
    """By its prices, or as one at its highest, which counts in one for "three for two"."""
    pieces, one = line.pieces(apart=apart), line.as_one()
    on_goods = [rule for rule in rules if rule.kind != "basket"]
    besides = whole - sum(piece.listed for piece in pieces)
    return min((pieces, [one]), key=lambda cut: costs(cut, on_goods, besides)) if len(pieces) > 1 else pieces


def costs(pieces: Sequence[Wanted], rules: Sequence[Rule], besides: int) -> int:
    return sum(piece.listed for piece in pieces) - sum(off.total() for off in price(pieces, rules, besides))


def become(order: Bought, one: Kept, costs: int, effects: Effects) -> None:
    """A line shows one price, its highest; what is agreed below it is told as taken off."""
    line = order.lines.setdefault(one.sku, Line(one.sku, 0, NOTHING, 0, one.by_weight))
    line.price = max(price for _, price, _ in one.parts)
    line.quantity = sum((units for units, _, _ in one.parts), NOTHING)
    line.whole = max(rounded(line.price * line.quantity), costs)
    line.effects = Counter({"agreed": line.whole - costs} if line.whole > costs else {})
    line.effects.update(effects)
    line.near, line.settled = one.near, one.off is not None
    line.parts = [] if line.settled else one.parts


def fee(order: Bought, after: Bought, *, moved: bool) -> int:
    """The way to another slot as it costs; to the agreed one never dearer than agreed, unless the basket that earned
    it has become smaller.
    """
    today = after.slot.costs(after.goods)
    if moved or not (order.fee or after.goods >= order.goods):
        return today
    return min(order.fee, today)
