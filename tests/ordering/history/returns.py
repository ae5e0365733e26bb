"""Goods come back: refused at the door, asked for afterwards, decided line by line, taken back, received."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from grocery.inventory import public as inventory
from grocery.kernel.quantity import Quantity
from grocery.ordering import public as ordering
from grocery.ordering.public import GoodsFate, LineDecision, ReturnReason, UnwantedLine
from grocery.payments.models import Refund
from tests.ordering.history.given_back import TO_UNDO, Part, Return, fit_for_the_shelf
from tests.ordering.history.orders import Bought
from tests.ordering.history.story import Story
from tests.ordering.history.world import note
from tests.ordering.returning import SUPPORT

GRAM = Decimal("0.001")


class Returns(Story):
    """What customers do not keep, and what the store does about it."""

    def packed(self, number: int) -> Bought | None:
        orders = [order for order in self.w.orders.values() if order.charged is not None]
        return orders[number % len(orders)] if orders else None

    def something_comes_back(
        self, number: int, at: int, reason: str, fate: str, *, all_of_it: bool, yes: bool, crash: int | None
    ) -> None:
        """Whatever comes next for the order: it is refused, asked for, decided, taken back or received."""
        order = self.packed(number)
        if order is None:
            return
        back = order.back
        if back.requested:
            self.somebody_decides(order, back.requested, fate, yes, at, crash)
        elif (decided := [one for one in back.returns if one.state == "decided"]) and at % 2:
            self.somebody_takes_it_back(order, decided[-1], crash)
        elif coming := [one for one in back.returns if one.coming()]:
            self.goods_are_received(order, coming[0], fate)
        elif order.state in {"out_for_delivery", "delivered"}:
            skus = [line.sku for line in order.lines.values() if line.found and back.left(line.sku)]
            chosen = skus if all_of_it else skus[at % len(skus) :][:1] if skus else []
            if chosen:
                self.something_is_unwanted(
                    order, {sku: self.so_many(order, sku, yes) for sku in chosen}, reason, crash
                )

    def so_many(self, order: Bought, sku: str, everything: bool) -> Decimal:
        """All that is left of a line, or about half of it."""
        left = order.back.left(sku)
        half = (left / 2).quantize(GRAM) if order.lines[sku].by_weight else left // 2
        return left if everything or not half else half

    def something_is_unwanted(
        self, order: Bought, amounts: dict[str, Decimal], reason: str, crash: int | None
    ) -> None:
        at_door, key, now = order.state == "out_for_delivery", str(uuid4()), self.w.now
        unwanted = [UnwantedLine(sku, Quantity(n), ReturnReason(reason)) for sku, n in amounts.items()]
        if at_door:
            act = lambda: ordering.reject_at_door(  # noqa: E731 - it is asked twice
                order_id=order.id, unwanted=unwanted, by=SUPPORT, now=now, key=key
            )
        else:
            by = self.w.owners[order.id].principal
            act = lambda: ordering.ask_return(order_id=order.id, unwanted=unwanted, by=by, now=now, key=key)  # noqa: E731
        self.w.ask(act, crash)
        seen = ordering.returns_of(order_id=order.id)[-1]
        row = Return(seen.id, "door" if at_door else "after", {sku: Part(n, reason) for sku, n in amounts.items()})
        note("something is refused at the door" if at_door else "a return is asked for")
        if at_door:
            self.refused(order, row)
        order.back.returns.append(row)

    def refused(self, order: Bought, row: Return) -> None:
        """It is decided at once; where nothing is taken, the order ends and the delivery costs nothing either."""
        everything = all(
            order.back.left(line.sku) == (row.parts[line.sku].quantity if line.sku in row.parts else 0)
            for line in order.lines.values()
            if line.found
        )
        for sku, part in row.parts.items():
            part.amount, part.accepted = order.back.worth(sku, part.quantity), True
            part.lies("coming")
        row.state, row.settle_at = "decided", self.w.now + TO_UNDO
        if everything:
            note("everything is refused")
            row.state, row.settle_at, row.fee_back = "settled", None, order.fee - order.fee_discount
            order.end()

    def somebody_decides(self, order: Bought, row: Return, fate: str, yes: bool, at: int, crash: int | None) -> None:
        """Line by line; the first may be decided the other way round."""
        said = {sku: yes if n or at % 3 < 2 else not yes for n, sku in enumerate(row.parts)}
        decisions = [
            LineDecision(sku, accepted=True, fate=GoodsFate(fate))
            if ok
            else LineDecision(sku, accepted=False, note="no")
            for sku, ok in said.items()
        ]
        unfit = [sku for sku, ok in said.items() if ok and fate == "shelf" and not self.fit(order, sku, row)]
        act = lambda: ordering.decide_return(  # noqa: E731 - it is asked twice
            return_id=row.id, decisions=decisions, by=SUPPORT, now=self.w.now
        )
        try:
            self.w.ask(act, crash)
        except ordering.NotFitForShelf:
            assert unfit
            return
        except ordering.ReturnIs:
            assert crash is not None, "only who was not answered decides twice"
        assert not unfit
        note("a return is decided")
        for sku, part in row.parts.items():
            part.amount, part.accepted = order.back.worth(sku, part.quantity) if said[sku] else 0, said[sku]
            part.lies(fate if said[sku] else "kept")
            self.put(sku, part, 1)
        row.state = "decided" if any(said.values()) else "refused"
        row.settle_at = self.w.now + TO_UNDO if any(said.values()) else None

    def somebody_takes_it_back(self, order: Bought, row: Return, crash: int | None) -> None:
        """A slip: the request waits again; what was refused at the door is taken, unless it was handed over."""
        try:
            self.w.ask(lambda: ordering.undo_decision(return_id=row.id, by=SUPPORT, now=self.w.now), crash)
        except inventory.ChangesRefused:
            assert any(part.fate == "shelf" for part in row.parts.values()), "only the shelf sells again"
            return
        except ordering.ReturnIs:
            late = row.kind == "door" and order.state != "out_for_delivery"
            assert late or crash is not None
            if late:
                return
        note("a decision is taken back")
        for sku, part in row.parts.items():
            self.put(sku, part, -1)
            part.accepted, part.amount = None, 0
        row.state, row.settle_at = ("withdrawn" if row.kind == "door" else "requested"), None

    def goods_are_received(self, order: Bought, row: Return, fate: str) -> None:
        """What was on its way is in the store."""
        fates = dict.fromkeys(row.coming(), fate if fate != "coming" else "waste")
        unfit = [sku for sku, one in fates.items() if one == "shelf" and not self.fit(order, sku, row)]
        try:
            ordering.receive_returned(
                return_id=row.id, fates={k: GoodsFate(one) for k, one in fates.items()}, by=SUPPORT, now=self.w.now
            )
        except ordering.NotFitForShelf:
            assert unfit
            return
        assert not unfit
        note("goods are received")
        for sku, one in fates.items():
            row.parts[sku].fate = one
            self.put(sku, row.parts[sku], 1)

    def fit(self, order: Bought, sku: str, row: Return) -> bool:
        return fit_for_the_shelf(row.parts[sku], by_weight=order.lines[sku].by_weight)

    def put(self, sku: str, part: Part, times: int) -> None:
        """Only what is on the shelf again is there again."""
        if part.accepted and part.fate == "shelf":
            self.w.gone[sku] -= times * part.quantity  # type: ignore[assignment]  # quantities are exact

    def money_of_returns_goes_out(self) -> None:
        """By the clock, once nobody may take a decision back any more."""
        ordering.settle_returns(now=self.w.now)
        for order in self.w.orders.values():
            for row in order.back.returns:
                if row.state == "decided" and row.settle_at and row.settle_at <= self.w.now:
                    row.state = "settled"

    def check_returns(self) -> None:
        for bought in self.w.orders.values():
            if bought.charged is None:
                continue
            shown = [(one.id, one.state.value, one.amount.minor) for one in ordering.returns_of(order_id=bought.id)]
            assert shown == [(one.id, one.state, one.amount) for one in bought.back.returns]
            assert ordering.order(order_id=bought.id).given_back.minor == bought.back.amount <= bought.charged
            assert (
                dict(Refund.objects.filter(order_id=bought.id).values_list("key", "amount")) == bought.back.refunds()
            )

    def all_that_comes_back_stands_in_a_queue(self) -> None:
        queues = ordering.return_queues(store_id=self.w.shop.store.id)
        rows = [row for order in self.w.orders.values() for row in order.back.returns]
        assert {one.id for one in queues.requested} == {row.id for row in rows if row.state == "requested"}
        assert {one.id for one in queues.coming} == {row.id for row in rows if row.coming()}
        assert {one.id for one in queues.decided} == {row.id for row in rows if row.state == "decided"}
