"""Orders as the rules say they should be, stated anew and plainly. All amounts are whole đồng."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from tests.ordering.history.prices import rounded

NOTHING = Decimal(0)
#: No card pays less than this.
SMALLEST_CARD = 15_000


@dataclass
class Line:
    """So much of one product, and what it costs. `near`: that much of it from lots marked down by so many percent."""

    sku: str
    price: int
    quantity: Decimal
    whole: int
    net: int
    by_weight: bool = False
    near: dict[int, Decimal] = field(default_factory=dict)
    choice: str = "similar"
    replaces: str = ""
    found: Decimal = NOTHING

    def shrink(self, left: Decimal) -> None:
        """The price stays; what was taken off goes with its goods, to the nearest đồng."""
        kept = rounded((self.whole - self.net) * left / self.quantity) if self.quantity else 0
        self.quantity, self.whole = left, rounded(self.price * left)
        self.net = self.whole - min(kept, self.whole)
        self.near = _at_most(self.near, left)

    def grow(self, more: Decimal, today: int) -> None:
        """What was agreed keeps its price, what is more costs today's."""
        costs = rounded(self.price * self.quantity) + rounded(today * more)
        self.net += rounded(today * more)
        self.price, self.quantity = max(self.price, today), self.quantity + more
        self.whole = max(rounded(self.price * self.quantity), costs)

    @property
    def headroom(self) -> int:
        return self.net // 10 if self.by_weight else 0

    def charged(self, packed: Decimal) -> int:
        """What is paid for what was packed: its share, at most a tenth more than agreed."""
        share = self.net if packed == self.quantity else rounded(self.net * (packed / self.quantity))
        return min(share, self.net + self.headroom)


def _at_most(near: Mapping[int, Decimal], left: Decimal) -> dict[int, Decimal]:
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
    """A change that waits for money; its additional goods are held for it. `fits`: nothing else changed since."""

    id: UUID
    wanted: dict[str, Decimal]
    prices: dict[str, int]
    additional: Counter[str]
    top_up: int
    pay_by: datetime
    paid: bool = False
    fits: bool = True
    let_go: bool = False
    goods_kept: bool = True


@dataclass
class Bought:
    """One order. `held`: what its card holds; `cash`: what the driver was told to collect."""

    id: UUID
    by_card: bool
    lines: dict[str, Line]
    fee: int
    fee_discount: int
    codes: frozenset[UUID]
    cutoff: datetime
    pay_by: datetime | None
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

    @property
    def total(self) -> int:
        return sum(line.net for line in self.lines.values()) + self.fee - self.fee_discount

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
    def change(self, wanted: Mapping[str, Decimal], prices: Mapping[str, int], by_weight: Mapping[str, bool]) -> None:
        """Have exactly so much of these; more and new ones at these prices."""
        for sku, quantity in wanted.items():
            line = self.lines.get(sku)
            if line is None:
                cost = rounded(prices[sku] * quantity)
                self.lines[sku] = Line(sku, prices[sku], quantity, cost, cost, by_weight[sku])
            elif quantity > line.quantity:
                line.grow(quantity - line.quantity, prices[sku])
            else:
                line.shrink(quantity)
        self.questions = [q for q in self.questions if not {q.sku, q.with_sku} & wanted.keys()]
        self.changed()

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
            question.with_sku, price, quantity, cost, cost, line.by_weight, choice=line.choice, replaces=line.sku
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
