"""What the store does: something is missing, goods are picked and weighed, boxes sealed and taken away."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from grocery.inventory import public as inventory
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import Quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.payments.models import Payment
from grocery.payments.services.settle import settle_payment
from tests.ordering.history.orders import Bought, Line, Question, Waiting, Weighed
from tests.ordering.history.returns import Returns
from tests.ordering.history.world import BY_WEIGHT, Stock, may_stand_in, note, so_much

PLACE = Decimal("0.001")


class Store(Returns):
    """The people of the store, and its clock."""

    def something_is_missing(self, number: int, at: int, steps: int, which: int | None, crash: int | None) -> None:
        """Before picking somebody of the staff sees it; while picking, whoever picks."""
        order = self.chosen(number)
        sku = self.line(order, at)
        line = order.lines[sku]
        if order.state not in {"confirmed", "picking"} or line.quantity <= line.found:
            return
        units = min(Decimal(so_much(sku, steps)), line.quantity)
        if order.state == "picking":
            units = line.quantity - line.found
            if line.found and sku in BY_WEIGHT:
                return
        found = ordering.propose_substitutes(
            order_id=order.id, sku=sku, quantity=Quantity(units), by=self.w.shop.picker, now=self.w.now
        )
        for one in found:
            assert may_stand_in(one.sku, sku)
            assert one.sku not in order.lines
            assert one.sku not in {question.with_sku for question in order.questions}
            assert one.price.minor <= self.w.prices[one.sku]
        with_sku = found[which % len(found)].sku if which is not None and found else None
        try:
            self.w.ask(self.act_on(order, sku, units, with_sku), crash)
        except ordering.NoSubstituteWanted:
            assert with_sku
            assert line.choice == "none"
            return
        order.questions = [q for q in order.questions if q.sku != sku]
        if with_sku is None:
            order.leave_out(sku, units)
            return
        row = models.Substitution.objects.filter(order_id=order.id, sku=sku).latest("id")
        limit = self.w.now + timedelta(minutes=10)
        assert row.quantity == row.with_quantity == units
        question = Question(row.id, sku, units, with_sku, units, self.w.prices[with_sku], limit)
        order.questions.append(question)
        if line.choice != "ask":
            self.settle(order, question, accept=True)
        else:
            note("a question is asked")

    def act_on(self, order: Bought, sku: str, units: Decimal, with_sku: str | None) -> Any:
        key, now = str(uuid4()), self.w.now
        if order.state == "picking":
            by, _wave = self.w.picker(order.id)
            shortage = ordering.Shortage(new_id(), order.id, sku, with_sku)
            return lambda: ordering.pick_short(shortage=shortage, by=by, now=now)
        about: dict[str, Any] = {"order_id": order.id, "sku": sku, "quantity": units, "by": self.w.shop.picker}
        if with_sku is None:
            return lambda: ordering.leave_out(**about, key=key, now=now)
        return lambda: ordering.substitute(**about, with_sku=with_sku, key=key, now=now)

    def somebody_picks(self, number: int, lines: int, lighter: int, odd: Decimal | None, crash: int | None) -> None:
        order = self.chosen(number)
        if order.state == "confirmed":
            self.w.picker(order.id)
            order.state = "picking"
        for line in list(order.lines.values())[: lines + 1]:
            if order.state != "picking" or line.sku in order.asked_about():
                continue
            if line.by_weight:
                self.weigh(order, line, lighter, odd, crash)
            elif line.found < line.quantity:
                self.pick(order, line, line.quantity - line.found, crash)

    def pick(self, order: Bought, line: Line, amount: Decimal, crash: int | None) -> None:
        by, _wave = self.w.picker(order.id)
        handful = ordering.Handful(
            id=new_id(),
            order_id=order.id,
            sku=line.sku,
            quantity=Quantity(amount),
            code="",
            by_hand="no label",
            ask=line.by_weight,
        )
        self.w.ask(lambda: ordering.pick(handful=handful, by=by, now=self.w.now), crash)
        line.found += amount

    def weigh(self, order: Bought, line: Line, lighter: int, odd: Decimal | None, crash: int | None) -> None:
        """Up to a tenth less, or so much that the customer is asked; what does not fit is taken out again."""
        if line.found and not order.closed(line):
            by, _wave = self.w.picker(order.id)
            ordering.take_out(order_id=order.id, sku=line.sku, by=by, now=self.w.now)
            line.found = Decimal(0)
        if line.found or not line.quantity:
            return
        amount = (line.quantity * (odd or Decimal(1000 - lighter) / 1000)).quantize(PLACE)
        self.pick(order, line, amount, crash)
        if not order.closed(line):
            note("a weight is asked about")
            row = models.WeightQuestion.objects.filter(order_id=order.id, sku=line.sku).latest("asked_at", "id")
            assert (row.state, row.ordered, row.weighed) == ("asked", line.quantity, amount)
            assert row.amount == line.charged(amount)
            limit = self.w.now + timedelta(minutes=10)
            order.weighings.append(Weighed(row.id, line.sku, line.quantity, amount, limit))

    def somebody_seals(self, number: int) -> None:
        """Not with an open line; what was really picked is charged, never above the ceiling."""
        order = self.chosen(number)
        if order.state != "picking":
            return
        by, _wave = self.w.picker(order.id)
        stock, lines = Stock.taken(), order.lines.values()
        try:
            ordering.seal(order_id=order.id, crates=[ordering.NewCrate("1")], by=by, now=self.w.now)
        except ordering.QuestionOpen:
            assert order.questions or order.weighings
        except ordering.LinesOpen:
            assert not all(order.closed(line) for line in lines)
        except inventory.OutOfStock:
            more = [line for line in lines if line.found > line.quantity]
            assert any(stock.free(line.sku) < line.found - line.quantity for line in more)
            for line in more:
                ordering.take_out(order_id=order.id, sku=line.sku, by=by, now=self.w.now)
                line.found = Decimal(0)
        else:
            note("a box is sealed")
            assert all(order.closed(line) for line in lines)
            assert not order.questions
            assert not order.weighings
            order.state, order.goods_kept, order.waiting = "packed", False, self.ended(order)
            order.charged = sum(line.charged(line.found) for line in lines if line.quantity)
            order.charged += order.fee - order.fee_discount
            for line in lines:
                self.w.gone[line.sku] += line.found  # type: ignore[assignment]  # quantities are exact

    def ended(self, order: Bought) -> Waiting | None:
        """What waits for money when the box is sealed is let go with the money."""
        if order.waiting and not order.waiting.paid:
            order.waiting.let_go = True
        return order.waiting

    def the_driver_goes(self, number: int) -> None:
        order, by, now = self.chosen(number), self.w.shop.picker, self.w.now
        if order.state == "packed":
            ordering.dispatch(order_id=order.id, by=by, now=now)
            order.state = "out_for_delivery"
        elif order.state == "out_for_delivery":
            ordering.deliver(order_id=order.id, by=by, now=now)
            order.state = "delivered"

    def goods_are_no_longer_kept(self, minutes: int) -> None:
        """The clock of the stockroom may be ahead of the others."""
        self.at(self.w.now + timedelta(minutes=minutes))
        inventory.expire_reservations(now=self.w.now)
        for order in self.w.orders.values():
            if order.state == "placed" and order.pay_by and order.pay_by <= self.w.now:
                order.goods_kept = False
            if order.waiting and order.waiting.pay_by <= self.w.now:
                order.waiting.goods_kept = False

    def tick(self, crash: int | None) -> None:
        """What the clock does: orders that are not paid end, questions have their default, changes are off."""
        now = self.w.now
        self.w.ask(lambda: ordering.cancel_unpaid(now=now), crash)
        self.w.ask(lambda: ordering.answer_by_default(now=now), crash)
        self.w.ask(lambda: ordering.weigh_by_default(now=now), crash)
        for due in Payment.objects.filter(look_at__lte=now, state="intended").values_list("id", flat=True):
            settle_payment(payment_id=due, now=now)
        for order in self.w.orders.values():
            if order.state == "placed" and order.pay_by and order.pay_by <= now:
                order.end()
            for question in [q for q in order.questions if q.answer_by <= now]:
                self.settle(order, question, accept=True)
            for asked in [asked for asked in order.weighings if asked.answer_by <= now]:
                self.settle_weight(order, asked, accept=True)
            if order.waiting and order.waiting.pay_by <= now and not order.waiting.paid:
                order.waiting.let_go = True
        self.goods_are_no_longer_kept(0)
        self.money_of_returns_goes_out()
        self.tell(None)
