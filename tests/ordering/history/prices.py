"""What a basket costs, stated anew and plainly, to compare the shop's prices with. All amounts are whole đồng.

Of offers that add to others only those on the whole basket are stated here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID


def rounded(amount: Decimal | int) -> int:
    """To the whole đồng, half up."""
    return int(Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP))


def cheaper(price: int, percent: int) -> int:
    return price - rounded(Decimal(price * percent) / 100)


@dataclass(frozen=True)
class Rule:
    """An offer. `skus` empty: everything in the shop."""

    id: UUID
    kind: str
    percent: int = 0
    price: int | None = None
    off: int | None = None
    buy: int = 0
    pay: int = 0
    from_amount: int = 0
    skus: frozenset[str] = frozenset()
    stackable: bool = False
    code: str = ""

    def touches(self, sku: str) -> bool:
        return not self.skus or sku in self.skus


@dataclass(frozen=True)
class Wanted:
    """A line of a cart. `near`: of so many units at each percentage, that is how much comes from marked-down lots."""

    sku: str
    price: int
    quantity: Decimal
    by_weight: bool = False
    near: tuple[tuple[int, Decimal], ...] = ()

    @property
    def listed(self) -> int:
        return rounded(self.price * self.quantity)


@dataclass
class Part:
    """Units of a line that cost the same to begin with."""

    line: Wanted
    quantity: Decimal
    listed: int
    percent: int = 0
    saved: int = 0


@dataclass(frozen=True)
class Priced:
    """What the goods cost, what they would without offers, and which rules may have a hand in it."""

    goods: int
    listed: int
    rules: frozenset[UUID] = field(default_factory=frozenset)


def price(lines: Iterable[Wanted], rules: Iterable[Rule]) -> Priced:
    """The cheapest that the rules allow: one offer per unit, one on the whole basket, then what adds to others."""
    lines = list(lines)
    listed = sum(line.listed for line in lines)
    counting = [r for r in rules if r.kind != "free_delivery" and r.from_amount <= listed]
    on_goods = [r for r in counting if r.kind != "basket"]
    whole = [r for r in counting if r.kind == "basket" and not r.stackable]
    left = listed - max(
        [saved(lines, on_goods, None), *(saved(lines, some, one) for one in whole for some in (on_goods, []))]
    )
    for rule in sorted((r for r in counting if r.stackable), key=lambda rule: rule.id):
        left -= taken_off(rule, left)
    return Priced(left, listed, frozenset(rule.id for rule in counting))


def saved(lines: Sequence[Wanted], on_goods: Sequence[Rule], whole: Rule | None) -> int:
    """What customers save by these offers on goods and that one on all that no other makes cheaper."""
    all_parts = [part for line in lines for part in parts(line)]
    for part in all_parts:
        part.saved = max([markdown(part), *(saving(rule, part) for rule in on_goods if rule.touches(part.line.sku))])
        if whole is not None and part.listed * whole.percent > part.saved * 100:
            part.saved = 0
    rest = sum(part.listed for part in all_parts if not part.saved)
    return sum(part.saved for part in all_parts) + (taken_off(whole, rest) if whole else 0)


def parts(line: Wanted) -> list[Part]:
    """The units near their date by percentage, then the fresh ones; what they cost adds up to the line."""
    fresh = line.quantity - sum((units for _, units in line.near), Decimal(0))
    pieces = [(units, percent) for percent, units in line.near] + ([(fresh, 0)] if fresh else [])
    amounts = largest_remainder(line.listed, [units for units, _ in pieces])
    return [Part(line, units, amount, percent) for (units, percent), amount in zip(pieces, amounts, strict=True)]


def largest_remainder(amount: int, weights: Sequence[Decimal]) -> list[int]:
    exact = [amount * weight / sum(weights) for weight in weights]
    shares = [int(share) for share in exact]
    by_rest = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_rest[: amount - sum(shares)]:
        shares[i] += 1
    return shares


def markdown(part: Part) -> int:
    """What is saved on units near their date, at the price on their label."""
    if not part.percent:
        return 0
    return part.listed - min(rounded(cheaper(part.line.price, part.percent) * part.quantity), part.listed)


def saving(rule: Rule, part: Part) -> int:
    """What an offer on goods saves on these units: a lower price for each, or some of each group for less."""
    price = part.line.price
    if rule.kind == "multi_buy":
        if part.percent or part.line.by_weight:
            return 0
        return int(part.quantity) // rule.buy * (rule.buy - rule.pay) * (price - cheaper(price, rule.percent))
    unit = min(price, rule.price) if rule.price is not None else cheaper(price, rule.percent)
    return part.listed - min(rounded(unit * part.quantity), part.listed)


def taken_off(rule: Rule, amount: int) -> int:
    """By how much an offer on the whole basket lowers what is left of it."""
    return min(rule.off if rule.off is not None else rounded(Decimal(amount * rule.percent) / 100), amount)


def frees_delivery(rules: Iterable[Rule], goods: int) -> bool:
    return any(rule.kind == "free_delivery" and rule.from_amount <= goods for rule in rules)
