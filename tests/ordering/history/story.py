"""What every part of a history uses: the world, its clock, the relay, and how orders go on."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from grocery.kernel import clock
from grocery.kernel.outbox import relay
from grocery.ordering import models
from tests.ordering.history.orders import Bought, Question, Waiting, Weighed
from tests.ordering.history.world import GOODS, World, note

skus = st.sampled_from(sorted(GOODS))
amounts = st.integers(1, 4)
numbers = st.integers(0, 99)
percents = st.sampled_from([10, 25, 33, 50])
crashes = st.none() | st.none() | st.integers(0, 60)
#: How many of the latest orders anything happens to.
LATEST: Final = 3


class Story(RuleBasedStateMachine):
    """One history, in a world of its own."""

    w: World
    #: Whose end is being written; before that anything happens to any of the latest.
    last: Bought | None = None

    def at(self, moment: datetime) -> None:
        self.w.now = self.w.shop.now = moment
        clock.now = lambda: moment

    def chosen(self, number: int) -> Bought:
        """One of the latest orders."""
        if self.last is not None:
            return self.last
        return list(self.w.orders.values())[-1 - number % min(len(self.w.orders), LATEST)]

    def line(self, order: Bought, number: int) -> str:
        return list(order.lines)[number % len(order.lines)]

    def settle(self, order: Bought, question: Question, *, accept: bool) -> None:
        order.questions.remove(question)
        if accept:
            order.replace(question)
        else:
            order.leave_out(question.sku, question.quantity)

    def settle_weight(self, order: Bought, asked: Weighed, *, accept: bool) -> None:
        """Less that is refused is left out; of more that is refused another portion is weighed."""
        order.weighings.remove(asked)
        if accept:
            order.taken[asked.sku] = asked.ordered, asked.weighed
        elif asked.weighed < asked.ordered:
            order.leave_out(asked.sku, asked.ordered)

    def tell(self, crash: int | None) -> None:
        self.w.ask(relay.drain, crash)
        for order in self.w.orders.values():
            if order.state == "placed" and (order.paid or not order.by_card):
                self.is_confirmed(order)
            if order.waiting and (order.waiting.paid or order.waiting.let_go):
                self.change_ends(order, order.waiting)

    def is_confirmed(self, order: Bought) -> None:
        if self.w.shop.state(order.id) == "confirmed":
            order.state, order.goods_kept = "confirmed", True
        else:
            assert not order.goods_kept, "nothing else is a reason not to confirm it"
            order.end()

    def change_ends(self, order: Bought, waiting: Waiting) -> None:
        """It is made whole, or it is off for a reason."""
        order.waiting = None
        if models.Revision.objects.get(id=waiting.id).state == "applied":
            assert waiting.paid
            assert waiting.fits
            assert order.state in {"placed", "confirmed"}
            note("a change that waited is made")
            order.become(waiting.becomes)
            return
        fine = waiting.fits and waiting.goods_kept and order.goods_kept and order.state in {"placed", "confirmed"}
        assert not (waiting.paid and fine)
        if waiting.paid and order.charged is None:
            order.lower()
