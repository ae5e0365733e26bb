"""What customers do with their orders: paying, editing, calling off, answering."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from uuid import uuid4

from grocery.inventory import public as inventory
from grocery.kernel.errors import Invalid
from grocery.ordering import public as ordering
from grocery.payments.contracts import AmountTooSmall
from tests.ordering.history.edited import take_over
from tests.ordering.history.orders import SMALLEST_CARD, Bought, Waiting, Weighed
from tests.ordering.history.story import Story
from tests.ordering.history.world import BY_WEIGHT, GOODS, STEP, Stock, note, so_much


class Changes(Story):
    """All of a change, or none of it."""

    def the_card_is_shown(self, number: int, crash: int | None) -> None:
        order = self.chosen(number)
        if order.by_card and not order.paid and order.state == "placed":
            self.w.authorise(order.id, None)
            order.paid = True
            self.tell(crash)

    def a_change_is_paid(self, number: int, tell: bool) -> None:
        order = self.chosen(number)
        if (waiting := order.waiting) and not (waiting.paid or waiting.let_go):
            self.w.authorise(order.id, waiting.id)
            order.top_ups.append(waiting.top_up)
            waiting.paid = True
            if tell:
                self.tell(None)

    def somebody_edits(self, number: int, line: int, steps: int, new: str | None, crash: int | None) -> None:
        """All of the change or none of it; more money by card first."""
        order = self.chosen(number)
        asked = {sku: so_much(sku, steps) for sku in (self.line(order, line), new) if sku}
        had = {sku: line.quantity for sku, line in order.lines.items()}
        changes = {sku: Decimal(n) for sku, n in asked.items() if n != had.get(sku, 0)}
        after = deepcopy(order)
        after.change(changes, self.w.prices, {sku: sku in BY_WEIGHT for sku in GOODS})
        stock, own = Stock.taken(), self.w.holder(order.id)
        act = lambda: ordering.edit(  # noqa: E731 - it is asked twice
            order_id=order.id, quantities=asked, by=self.w.owners[order.id].principal, now=self.w.now
        )
        try:
            done = self.w.ask(act, crash)
        except ordering.OrderNotEditable:
            unpaid = order.state == "placed" and order.pay_by is not None and self.w.now >= order.pay_by
            assert order.state not in {"placed", "confirmed"} or self.w.now >= order.cutoff or unpaid
            return
        except Invalid:
            assert not after.wanted()
            return
        except AmountTooSmall:
            assert order.by_card
            return
        except inventory.OutOfStock as refused:
            self.check_short(refused, after, stock, own)
            return
        if not changes:
            assert done.outcome is ordering.EditOutcome.UNCHANGED
            order.withdraw()
            return
        if order.by_card and order.paid and done.ceiling.minor > order.held:
            self.waits(order, changes, done)
        else:
            heard = {ordering.EditOutcome.APPLIED} | (
                {ordering.EditOutcome.UNCHANGED} if crash is not None else set()
            )
            assert done.outcome in heard
            note("an edit is made")
            after.waiting, after.goods_kept = None, True
            take_over(after, only_more=only_more(order, changes))
            after.lower()
            self.w.orders[order.id] = after

    def waits(self, order: Bought, changes: Mapping[str, Decimal], done: ordering.Edited) -> None:
        assert (done.outcome, done.to_pay.minor) == (
            ordering.EditOutcome.WAITS,
            max(done.ceiling.minor - order.held, SMALLEST_CARD),
        )
        note("an edit waits for money")
        assert done.revision_id is not None
        assert done.pay_by is not None
        more = {sku: n - (order.lines[sku].quantity if sku in order.lines else 0) for sku, n in changes.items()}
        again = order.waiting is not None and order.waiting.id == done.revision_id
        order.waiting = Waiting(
            done.revision_id,
            dict(changes),
            dict(self.w.prices),
            +Counter(more),
            done.to_pay.minor,
            done.pay_by,
            goods_kept=order.waiting.goods_kept if again and order.waiting else True,
        )

    def check_short(self, refused: inventory.OutOfStock, after: Bought, stock: Stock, own: tuple[str, ...]) -> None:
        """Goods are refused only where they are short."""
        near = {(line.sku, percent): units for line in after.lines.values() for percent, units in line.near.items()}
        for sku in refused.shortages:
            if stock.repriced(sku, own):
                continue
            fresh = after.wanted()[sku] - sum(units for (of, _), units in near.items() if of == sku)
            there = [stock.free(sku, own=own) >= fresh]
            there += [stock.free(sku, at, own=own) >= units for (of, at), units in near.items() if of == sku]
            assert not all(there), f"{sku} is there"

    def a_part_is_called_off(self, number: int, line: int, steps: int, staff: bool, crash: int | None) -> None:
        order = self.chosen(number)
        sku = self.line(order, line)
        less = so_much(sku, steps)
        key, by = str(uuid4()), self.w.shop.picker if staff else self.w.owners[order.id].principal
        act = lambda: ordering.cancel_lines(  # noqa: E731 - it is asked twice
            order_id=order.id, quantities={sku: less}, by=by, key=key, now=self.w.now
        )
        stock, after = Stock.taken(), deepcopy(order)
        if sku in after.lines and after.lines[sku].quantity >= less:
            after.change({sku: after.lines[sku].quantity - less}, {}, {})
        try:
            self.w.ask(act, crash)
        except ordering.OrderNotCancellable:
            assert order.state not in {"placed", "confirmed"}
        except ordering.ProductNotSold:
            assert sku not in order.lines
        except (ordering.MoreThanOrdered, ordering.QuantityNotInSteps):
            assert order.lines[sku].quantity < less or order.lines[sku].quantity % STEP[sku]
        except AmountTooSmall:
            assert order.by_card
        except ordering.DearerWithout:
            assert not staff
        except inventory.OutOfStock as refused:
            self.check_short(refused, after, stock, self.w.holder(order.id))
        else:
            self.w.orders[order.id] = after
            after.goods_kept = True
            if not staff and any(line.quantity for line in after.lines.values()):
                take_over(after, only_more=False)
            after.lower()
            if not any(line.quantity for line in after.lines.values()):
                after.end()

    def somebody_cancels(self, number: int, staff: bool, crash: int | None) -> None:
        order = self.chosen(number)
        by = self.w.shop.picker if staff else self.w.owners[order.id].principal
        may = {"placed", "confirmed", "cancelled"} | ({"picking"} if staff else set())
        try:
            self.w.ask(lambda: ordering.cancel(order_id=order.id, by=by, now=self.w.now), crash)
        except ordering.OrderNotCancellable:
            assert order.state not in may
        else:
            assert order.state in may
            order.end()

    def somebody_answers(self, number: int, accept: bool, crash: int | None) -> None:
        order = self.chosen(number)
        if order.weighings:
            self.weight_is_answered(order, order.weighings[0], accept, crash)
        if not order.questions:
            return
        question = order.questions[0]
        act = lambda: ordering.answer(  # noqa: E731 - it is asked twice
            substitution_id=question.id, accept=accept, customer_id=self.w.owners[order.id].id, now=self.w.now
        )
        try:
            self.w.ask(act, crash)
        except ordering.AnswerTooLate:
            assert self.w.now >= question.answer_by
        else:
            self.settle(order, question, accept=accept)

    def weight_is_answered(self, order: Bought, asked: Weighed, accept: bool, crash: int | None) -> None:
        act = lambda: ordering.answer_weight(  # noqa: E731 - it is asked twice
            question_id=asked.id, accept=accept, customer_id=self.w.owners[order.id].id, now=self.w.now
        )
        try:
            self.w.ask(act, crash)
        except ordering.AnswerTooLate:
            assert self.w.now >= asked.answer_by
        else:
            self.settle_weight(order, asked, accept=accept)


def only_more(order: Bought, changes: Mapping[str, Decimal]) -> bool:
    return all(sku not in order.lines or n > order.lines[sku].quantity for sku, n in changes.items())
