"""What customers do with their orders: paying, editing, calling off, answering."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from decimal import Decimal
from uuid import uuid4

from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel.errors import Invalid
from grocery.ordering import public as ordering
from grocery.payments.contracts import AmountTooSmall
from tests.ordering.history.edited import edited
from tests.ordering.history.orders import SMALLEST_CARD, Bought, Waiting, Weighed
from tests.ordering.history.story import Story
from tests.ordering.history.world import STEP, Stock, note, so_much


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

    def somebody_edits(
        self, number: int, line: int, steps: int, new: str | None, crash: int | None, slot: int | None = None
    ) -> None:
        """All of the change or none of it; more money by card first."""
        order = self.chosen(number)
        where = self.w.slots[slot] if slot is not None and self.w.slots[slot] != order.slot else None
        asked = {sku: so_much(sku, steps) for sku in (self.line(order, line), new) if sku}
        had = {sku: line.quantity for sku, line in order.lines.items()}
        changes = {sku: Decimal(n) for sku, n in asked.items() if n != had.get(sku, 0)}
        after = edited(order, changes, self.w, where)
        stock, own = Stock.taken(), self.w.holder(order.id)
        act = lambda: ordering.edit(  # noqa: E731 - it is asked twice
            order_id=order.id,
            quantities=asked,
            by=self.w.owners[order.id].principal,
            slot_id=where.id if where else None,
            now=self.w.now,
        )
        try:
            done = self.w.ask(act, crash)
        except ordering.OrderNotEditable:
            unpaid = order.state == "placed" and order.pay_by is not None and self.w.now >= order.pay_by
            assert order.state not in {"placed", "confirmed"} or self.w.now >= order.slot.cutoff or unpaid
            return
        except delivery.SlotClosed:
            assert where
            assert self.w.now >= where.cutoff
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
        if not changes and not where:
            assert done.outcome is ordering.EditOutcome.UNCHANGED
            order.withdraw()
            return
        assert (done.total.minor, done.ceiling.minor) == (after.total, after.ceiling) or crash is not None
        if order.by_card and order.paid and after.ceiling > order.held:
            self.waits(order, after, stock, done)
        else:
            heard = {ordering.EditOutcome.APPLIED} | (
                {ordering.EditOutcome.UNCHANGED} if crash is not None else set()
            )
            assert done.outcome in heard
            note("an edit is made")
            after.waiting, after.goods_kept = None, True
            after.lower()
            self.w.orders[order.id] = after

    def waits(self, order: Bought, after: Bought, stock: Stock, done: ordering.Edited) -> None:
        assert (done.outcome, done.to_pay.minor) == (
            ordering.EditOutcome.WAITS,
            max(after.ceiling - order.held, SMALLEST_CARD),
        )
        note("an edit waits for money")
        assert done.revision_id is not None
        assert done.pay_by is not None
        (holder,) = self.w.holder(order.id)
        fresh = {sku: line.quantity - sum(line.near.values()) for sku, line in after.lines.items()}
        more = {sku: units - stock.kept(holder, sku, after.slot.day) for sku, units in fresh.items()}
        again = order.waiting is not None and order.waiting.id == done.revision_id
        order.waiting = Waiting(
            done.revision_id,
            order.waiting.becomes if again and order.waiting else after,
            +Counter(more),
            done.to_pay.minor,
            done.pay_by,
            goods_kept=order.waiting.goods_kept if again and order.waiting else True,
        )

    def check_short(self, refused: inventory.OutOfStock, after: Bought, stock: Stock, own: tuple[str, ...]) -> None:
        """Goods are refused only where they are short."""
        near = {(line.sku, percent): units for line in after.lines.values() for percent, units in line.near.items()}
        day = after.slot.day
        for sku in refused.shortages:
            if stock.repriced(sku, own):
                continue
            fresh = after.wanted()[sku] - sum(units for (of, _), units in near.items() if of == sku)
            there = [stock.free(sku, on=day, own=own) >= fresh]
            there += [stock.free(sku, at, on=day, own=own) >= units for (of, at), units in near.items() if of == sku]
            assert not all(there), f"{sku} is there"

    def a_part_is_called_off(self, number: int, line: int, steps: int, staff: bool, crash: int | None) -> None:
        order = self.chosen(number)
        sku = self.line(order, line)
        less = so_much(sku, steps)
        key, by = str(uuid4()), self.w.shop.picker if staff else self.w.owners[order.id].principal
        act = lambda: ordering.cancel_lines(  # noqa: E731 - it is asked twice
            order_id=order.id, quantities={sku: less}, by=by, key=key, now=self.w.now
        )
        stock, after, left = Stock.taken(), deepcopy(order), order.lines[sku].quantity - less
        if left >= 0 and not staff:
            after = edited(order, {sku: left}, self.w)
            after.changed()
        elif left >= 0:
            after.take_back(sku, left)
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
            assert after.total > order.total
        except inventory.OutOfStock as refused:
            self.check_short(refused, after, stock, self.w.holder(order.id))
        else:
            self.w.orders[order.id] = after
            after.goods_kept = True
            assert staff or after.total <= order.total or not after.wanted()
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
