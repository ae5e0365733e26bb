"""Orders as the rules say they should be, stated anew and plainly. All amounts are whole đồng."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from tests.ordering.history.given_back import GivenBack
from tests.ordering.history.prices import Effects, largest_remainder, rounded

NOTHING = Decimal(0)
#: No card pays less than this.
SMALLEST_CARD = 15_000
#: Goods of so much come for nothing.
FREE_FROM = 300_000


#: So much, at which price, agreed when (see `prices.Wanted`).
type Agreed = tuple[Decimal, int, int]


@dataclass
class Line:
    """So much of one product, and what it costs: the whole, and what is taken off it.

    `near`: that much of it from lots marked down by so many percent. `parts`: at which prices it was agreed, oldest
    first; empty: all of it when the order was placed. `settled`: the shop took some of it back; what was off stays.
    """

    sku: str
    price: int
    quantity: Decimal
    whole: int
    by_weight: bool = False
    effects: Effects = field(default_factory=Counter)
    near: dict[int, Decimal] = field(default_factory=dict)
    choice: str = "similar"
    replaces: str = ""
    parts: list[Agreed] = field(default_factory=list)
    settled: bool = False
    found: Decimal = NOTHING

    @property
    def net(self) -> int:
        return self.whole - self.effects.total()

    @property
    def agreed(self) -> list[Agreed]:
        """Of a settled line the highest price: what is below it is told as taken off."""
        parts = [] if self.settled else self.parts
        return keep_first(parts or [(self.quantity, self.price, 0)], self.quantity)

    def shrink(self, left: Decimal) -> None:
        """The price stays; what was taken off goes with its goods, to the nearest đồng."""
        self.effects, self.whole = self.effects_of(left), rounded(self.price * left)
        self.quantity, self.near = left, at_most(self.near, left)
        self.settled = self.settled or self.effects.total() > 0

    def effects_of(self, left: Decimal) -> Effects:
        """What is taken off so much of it."""
        off = self.effects.total()
        kept = rounded(off * left / self.quantity) if left < self.quantity else off
        shares = largest_remainder(min(kept, rounded(self.price * left)), list(self.effects.values()))
        return +Counter(dict(zip(self.effects, shares, strict=True)))

    @property
    def headroom(self) -> int:
        return self.net // 10 if self.by_weight else 0

    def charged(self, packed: Decimal) -> int:
        """What is paid for what was packed: its share, at most a tenth more than agreed."""
        share = self.net if packed == self.quantity else rounded(self.net * (packed / self.quantity))
        return min(share, self.net + self.headroom)


def keep_first(parts: Iterable[Agreed], wanted: Decimal) -> list[Agreed]:
    """So much of it: what came last goes first."""
    kept: list[Agreed] = []
    for quantity, price, when in parts:
        if part := min(quantity, wanted - sum((units for units, _, _ in kept), NOTHING)):
            kept.append((part, price, when))
    return kept


def at_most(near: Mapping[int, Decimal], left: Decimal) -> dict[int, Decimal]:
    kept: dict[int, Decimal] = {}
    for percent, units in near.items():
        if part := min(units, left - sum(kept.values(), NOTHING)):
            kept[percent] = part
    return kept


@dataclass
class Question:
    """The customer was asked whether this may come instead of so much of a line."""

    id: UUID
    sku: str
    quantity: Decimal
    with_sku: str
    with_quantity: Decimal
    price: int
    answer_by: datetime


@dataclass
class Weighed:
    """The customer was asked whether what the scale shows may come instead of what was ordered."""

    id: UUID
    sku: str
    ordered: Decimal
    weighed: Decimal
    answer_by: datetime


@dataclass
class Waiting:
    """A change that waits for money; its additional goods are held for it. `fits`: nothing else changed since.

    `becomes`: the order as it will be, to the đồng.
    """

    id: UUID
    becomes: Bought
    additional: Counter[str]
    top_up: int
    pay_by: datetime
    paid: bool = False
    fits: bool = True
    let_go: bool = False
    goods_kept: bool = True


@dataclass(frozen=True)
class Slot:
    """When an order comes. `fee`: of a basket that is not large enough to come for nothing."""

    id: UUID
    cutoff: datetime
    day: date
    fee: int = 15_000

    def costs(self, goods: int) -> int:
        return 0 if goods >= FREE_FROM else self.fee


@dataclass
class Bought:
    """One order. `held`: what its card holds. `free_by`: the offer by which its delivery is free. `codes`: offers
    that came with a code. `priced_at`: when its prices were worked out, first by placing.
    """

    id: UUID
    by_card: bool
    lines: dict[str, Line]
    fee: int
    free_by: UUID | None
    codes: frozenset[UUID]
    slot: Slot
    pay_by: datetime | None
    priced_at: list[datetime]
    state: str = "placed"
    goods_kept: bool = True
    paid: bool = False
    asked: int = 0
    top_ups: list[int] = field(default_factory=list)
    waiting: Waiting | None = None
    questions: list[Question] = field(default_factory=list)
    weighings: list[Weighed] = field(default_factory=list)
    taken: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    charged: int | None = None
    back: GivenBack = field(init=False)

    def __post_init__(self) -> None:
        self.back = GivenBack(self)

    @property
    def goods(self) -> int:
        return sum(line.net for line in self.lines.values())

    @property
    def fee_discount(self) -> int:
        return self.fee if self.free_by else 0

    @property
    def total(self) -> int:
        return self.goods + self.fee - self.fee_discount

    @property
    def lowered_by(self) -> set[UUID]:
        """The offers that take something off."""
        named = {by for line in self.lines.values() for by in line.effects if isinstance(by, UUID)}
        return named | ({self.free_by} if self.free_by else set())

    @property
    def ceiling(self) -> int:
        return self.total + sum(line.headroom for line in self.lines.values())

    @property
    def held(self) -> int:
        return (self.asked if self.paid else 0) + sum(self.top_ups)

    @property
    def alive(self) -> bool:
        return self.state != "cancelled"

    def wanted(self) -> Counter[str]:
        """What has to be put aside for it: its lines, and what it asks about."""
        goods: Counter[str] = Counter()
        for line in self.lines.values():
            goods[line.sku] += line.quantity  # type: ignore[assignment]  # quantities are exact
        for question in self.questions:
            goods[question.with_sku] += question.with_quantity  # type: ignore[assignment]  # see above
        return +goods

    def asked_about(self) -> set[str]:
        return {question.sku for question in self.questions} | {asked.sku for asked in self.weighings}

    def closed(self, line: Line) -> bool:
        """Whether the crate has what the line says: weights within a tenth, or as the customer takes them."""
        if not line.by_weight or not line.quantity:
            return line.found == line.quantity
        within = line.quantity * 9 <= line.found * 10 <= line.quantity * 11
        return within or self.taken.get(line.sku) == (line.quantity, line.found)

    # --- what happens to it -----------------------------------------------------------------------------------
    def take_back(self, sku: str, left: Decimal) -> None:
        """The shop cannot give more of it: prices and fee stay, and what is off stays with what is left."""
        self.lines[sku].shrink(left)
        self.drop_questions({sku})
        self.changed()

    def drop_questions(self, about: Collection[str]) -> None:
        """Something else was said about these goods meanwhile."""
        self.questions = [q for q in self.questions if not {q.sku, q.with_sku} & set(about)]

    def become(self, planned: Bought) -> None:
        """What was wanted, to the đồng, whatever offers and prices have done meanwhile."""
        self.drop_questions(planned.changed_since(self))
        self.lines, self.slot, self.fee = planned.lines, planned.slot, planned.fee
        self.free_by, self.codes, self.priced_at = planned.free_by, planned.codes, planned.priced_at

    def changed_since(self, before: Bought) -> set[str]:
        """Of which goods there is more or less than there was."""
        had = {sku: line.quantity for sku, line in before.lines.items()}
        return {sku for sku, line in self.lines.items() if line.quantity != had.get(sku, 0)}

    def withdraw(self) -> None:
        """It is wanted as it is: a change that waits is off, with what was paid for it."""
        if self.waiting:
            self.waiting = None
            self.lower()

    def changed(self) -> None:
        if self.waiting:
            self.waiting.fits = False

    def lower(self) -> None:
        """It comes to less: the newest top-ups that are not needed are let go; what nobody paid is asked for anew."""
        if not self.by_card or not self.paid:
            self.asked = self.ceiling
            return
        waiting = self.waiting if self.waiting and not (self.waiting.let_go or self.waiting.paid) else None
        live = [*self.top_ups, *([waiting.top_up] if waiting else [])]
        for index in reversed(range(len(live))):
            if self.asked + sum(live) - live[index] >= self.ceiling:
                if index < len(self.top_ups):
                    del self.top_ups[index]
                elif waiting:
                    waiting.let_go = True
                del live[index]

    def replace(self, question: Question) -> None:
        """The substitute becomes a line of its own, for no more than what it stands in for would have cost."""
        line = self.lines[question.sku]
        taken, before = min(question.quantity, line.quantity), line.net
        line.shrink(line.quantity - taken)
        price = min(int((before - line.net) // taken), question.price)
        quantity = min(question.with_quantity, taken)
        cost = rounded(price * quantity)
        self.lines[question.with_sku] = Line(
            question.with_sku, price, quantity, cost, line.by_weight, choice=line.choice, replaces=line.sku
        )
        self.changed()

    def leave_out(self, sku: str, quantity: Decimal) -> None:
        """Nothing instead; with nothing left the order is off."""
        line = self.lines[sku]
        taken = min(quantity, line.quantity)
        if taken == sum(one.quantity for one in self.lines.values()):
            self.end()
            return
        line.shrink(line.quantity - taken)
        self.changed()

    def end(self) -> None:
        """It is off: nothing is kept for it, nothing asked."""
        self.state, self.waiting, self.goods_kept = "cancelled", None, False
        self.questions, self.weighings = [], []
