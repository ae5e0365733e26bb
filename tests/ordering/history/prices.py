"""What a basket costs, stated anew and plainly, to compare the shop's prices with. All amounts are whole đồng.

Of offers that add to others only those on the whole basket are stated here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from uuid import UUID

#: What is taken off, by whom: an offer, `near 33` (a lot's markdown), or `agreed` (a price below the line's).
type Effects = Counter[UUID | str]

#: A line of several prices that is tried as one: no offer that is limited to some of its prices touches it.
AS_ONE = -1


def rounded(amount: Decimal | int) -> int:
    """To the whole đồng, half up."""
    return int(Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP))


def cheaper(price: int, percent: int) -> int:
    return price - rounded(Decimal(price * percent) / 100)


@dataclass(frozen=True)
class Wanted:
    """So much of one product at one price. `near`: of so many units at each percentage, that is how much comes from
    marked-down lots. `agreed`: when; 0 is placing, 1 the first edit, and so on.
    """

    sku: str
    price: int
    quantity: Decimal
    by_weight: bool = False
    near: tuple[tuple[int, Decimal], ...] = ()
    agreed: int = 0

    @property
    def listed(self) -> int:
        return rounded(self.price * self.quantity)


@dataclass(frozen=True)
class Rule:
    """An offer. `skus` empty: everything in the shop. `until`: only what had been agreed by then; `only`: only what
    is agreed just then.
    """

    id: UUID
    kind: str
    began: datetime
    percent: int = 0
    price: int | None = None
    off: int | None = None
    buy: int = 0
    pay: int = 0
    from_amount: int = 0
    skus: frozenset[str] = frozenset()
    stackable: bool = False
    code: str = ""
    ended: datetime | None = None
    until: int | None = None
    only: int | None = None

    def touches(self, wanted: Wanted) -> bool:
        if self.skus and wanted.sku not in self.skus:
            return False
        if self.only is not None:
            return wanted.agreed == self.only
        return self.until is None or 0 <= wanted.agreed <= self.until

    def counts_for(self, skus: Collection[str], coupons: Collection[UUID]) -> bool:
        """Whether it runs, for these goods, and came with a code if it needs one."""
        return (
            not self.ended
            and (not self.skus or bool(self.skus & set(skus)))
            and (not self.code or self.id in coupons)
        )

    def ran(self, moment: datetime) -> bool:
        """In the very moment in which it began or ended, too: nobody knows what the order saw of it."""
        return self.began <= moment and (self.ended is None or moment <= self.ended)


@dataclass
class Part:
    """Units that cost the same to begin with. `percent`: their lot is cheaper."""

    of: Wanted
    quantity: Decimal
    listed: int
    percent: int = 0
    effects: Effects = field(default_factory=Counter)

    @property
    def saved(self) -> int:
        return self.effects.total()

    @property
    def left(self) -> int:
        return self.listed - self.saved

    def lower(self, by: UUID | str, amount: int) -> None:
        if amount:
            self.effects[by] += amount


def price(wanted: Iterable[Wanted], rules: Iterable[Rule], besides: int = 0) -> list[Effects]:
    """What lowers each of these: one offer per unit, one on the whole basket, then what adds to others; the cheapest
    that this allows. `besides`: goods that no offer touches, and that count for where offers begin.
    """
    wanted = list(wanted)
    whole = sum(one.listed for one in wanted) + besides
    counting = sorted((r for r in rules if r.from_amount <= whole and r.kind != "free_delivery"), key=_oldest_first)
    on_goods = [r for r in counting if r.kind != "basket"]
    on_all = [r for r in counting if r.kind == "basket" and not r.stackable]
    ways = [(on_goods, None), *((some, one) for one in on_all for some in (on_goods, []))]
    parts = max((_lowered(wanted, *way) for way in ways), key=_saved)
    for rule in (r for r in counting if r.stackable):
        take_off(rule, [part for part in parts if rule.touches(part.of)])
    return [sum((part.effects for part in parts if part.of is one), Counter()) for one in wanted]


def _oldest_first(rule: Rule) -> UUID:
    return rule.id


def _saved(parts: Iterable[Part]) -> int:
    return sum(part.saved for part in parts)


def _lowered(wanted: Iterable[Wanted], on_goods: Sequence[Rule], on_all: Rule | None) -> list[Part]:
    """With these offers on goods, and that one on all that no other makes cheaper."""
    found = [part for one in wanted for part in parts(one)]
    for part in found:
        markdown, best = near_saves(part), max((saves(rule, part), -n) for n, rule in enumerate([None, *on_goods]))
        if markdown >= best[0]:
            part.lower(f"near {part.percent}", markdown)
        else:
            part.lower(on_goods[-best[1] - 1].id, best[0])
        if on_all is not None and on_all.touches(part.of) and part.listed * on_all.percent > part.saved * 100:
            part.effects.clear()
    if on_all is not None:
        take_off(on_all, [part for part in found if not part.effects and on_all.touches(part.of)])
    return found


def parts(wanted: Wanted) -> list[Part]:
    """The units near their date by percentage, then the fresh ones; what they cost adds up to the whole."""
    fresh = wanted.quantity - sum((units for _, units in wanted.near), Decimal(0))
    pieces = [(units, percent) for percent, units in wanted.near] + ([(fresh, 0)] if fresh else [])
    amounts = largest_remainder(wanted.listed, [units for units, _ in pieces])
    return [Part(wanted, units, amount, percent) for (units, percent), amount in zip(pieces, amounts, strict=True)]


def largest_remainder(amount: int, weights: Sequence[Decimal | int | Fraction]) -> list[int]:
    """In proportion to the weights; they add up to the amount."""
    whole = sum(Fraction(weight) for weight in weights)
    exact = [amount * Fraction(weight) / whole if whole else Fraction(0) for weight in weights]
    shares = [int(share) for share in exact]
    by_rest = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_rest[: amount - sum(shares)]:
        shares[i] += 1
    return shares


def near_saves(part: Part) -> int:
    """What is saved on units near their date, at the price on their label."""
    if not part.percent:
        return 0
    return part.listed - min(rounded(cheaper(part.of.price, part.percent) * part.quantity), part.listed)


def saves(rule: Rule | None, part: Part) -> int:
    """What an offer on goods saves on these units: a lower price for each, or some of each group for less."""
    price = part.of.price
    if rule is None or not rule.touches(part.of):
        return 0
    if rule.kind == "multi_buy":
        if part.percent or part.of.by_weight:
            return 0
        return int(part.quantity) // rule.buy * (rule.buy - rule.pay) * (price - cheaper(price, rule.percent))
    unit = min(price, rule.price) if rule.price is not None else cheaper(price, rule.percent)
    return part.listed - min(rounded(unit * part.quantity), part.listed)


def take_off(rule: Rule, parts: Sequence[Part]) -> None:
    """An offer on the whole basket lowers what is left of it, each part by its share."""
    whole = sum(part.left for part in parts)
    off = min(rule.off if rule.off is not None else rounded(Decimal(whole * rule.percent) / 100), whole)
    for part, share in zip(parts, largest_remainder(off, [part.left for part in parts]), strict=True):
        part.lower(rule.id, share)


def frees_delivery(rules: Iterable[Rule], goods: int) -> UUID | None:
    """The offer by which the delivery is free for goods of that amount."""
    free = (rule.id for rule in rules if rule.kind == "free_delivery" and rule.from_amount <= goods)
    return min(free, default=None)
