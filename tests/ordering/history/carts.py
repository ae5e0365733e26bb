"""Carts become orders: at today's prices, with what was chosen for what is short, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel.ids import new_id
from grocery.ordering import public as ordering
from grocery.payments.contracts import AmountTooSmall
from tests.ordering.history.checks import lowered, named
from tests.ordering.history.orders import SMALLEST_CARD, Bought, Line, Question
from tests.ordering.history.prices import Rule, Wanted, frees_delivery, price
from tests.ordering.history.story import Story
from tests.ordering.history.world import BY_WEIGHT, PIECE, Stock, may_stand_in, note, so_much, whole_pieces


class Carts(Story):
    """What customers do before there is an order."""

    def order(
        self,
        who: int,
        basket: Mapping[str, int],
        near: set[str],
        choice: ordering.SubstitutionChoice,
        codes: set[int],
        *,
        by_card: bool,
        slot: int = 1,
        yes: bool = True,
        crash: int | None = None,
    ) -> None:
        """All of it at today's prices, or with what the customer chose for what is short, or a clear refusal."""
        lan, stock = self.w.people[who], Stock.taken()
        entered = self.fill(lan.owner, basket, near, choice, codes)
        view = ordering.cart(owner=lan.owner, now=self.w.now)
        bought, missing = self.expected(view, near, stock, entered, by_card=by_card, slot=slot)
        try:
            placed, answers = self.agreed(who, slot, yes, bought, choice, missing, crash)
        except inventory.OutOfStock as refused:
            check_shortages(refused, missing)
        except ordering.CouponUsedUp:
            assert any(self.w.uses(offer) >= self.w.limits[offer] for offer in bought.codes)
        except delivery.SlotClosed:
            assert self.w.now >= bought.slot.cutoff
        except AmountTooSmall:
            assert by_card
            assert bought.ceiling < SMALLEST_CARD
        else:
            assert not missing or choice is not ordering.SubstitutionChoice.NONE
            note(f"an order, {len(missing)} short")
            bought.id = placed.id
            self.adopt(bought, missing, answers)
            bought.asked = bought.ceiling
            assert placed.total.minor == bought.total
            self.w.orders[placed.id], self.w.owners[placed.id] = bought, lan

    def agreed(
        self,
        who: int,
        slot: int,
        yes: bool,
        bought: Bought,
        choice: ordering.SubstitutionChoice,
        missing: Mapping[str, Decimal],
        crash: int | None,
    ) -> tuple[ordering.PlacedOrder, dict[str, str | None]]:
        """The order; who is asked about what is short answers, and is not asked again."""
        key = str(uuid4())
        try:
            return self.w.ask(lambda: self.place(who, slot, bought.by_card, key, {}), crash), {}
        except ordering.SubstitutesProposed as asked:
            proposals = asked.proposals
        assert choice is ordering.SubstitutionChoice.ASK
        assert {proposal.sku for proposal in proposals} <= missing.keys()
        answers: dict[str, str | None] = {}
        for proposal in proposals:  # one product stands in for one other; who names it twice is asked again
            left = [one.sku for one in proposal.candidates if one.sku not in answers.values()]
            answers[proposal.sku] = left[0] if yes and left else None
        return self.w.ask(lambda: self.place(who, slot, bought.by_card, key, answers), crash), answers

    def place(self, who: int, slot: int, by_card: bool, key: str, answers: Any) -> ordering.PlacedOrder:
        return ordering.place_order(
            customer_id=self.w.people[who].id,
            address_id=self.w.people[who].address_id,
            slot_id=self.w.slots[slot].id,
            method=ordering.PaymentMethod("card" if by_card else "cash_on_delivery"),
            key=key,
            answers=answers,
            now=self.w.now,
        )

    def fill(self, owner: Any, basket: Any, near: Any, choice: Any, codes: set[int]) -> list[Rule]:
        """The cart has exactly this; the rules that count for it."""
        now = self.w.now
        for coupon in ordering.cart(owner=owner, now=now).coupons:
            ordering.drop_coupon(owner=owner, code=coupon.code, now=now)
        ordering.clear(owner=owner, now=now)
        for sku, steps in basket.items():
            ordering.set_item(owner=owner, sku=sku, quantity=so_much(sku, steps), near_expiry=sku in near, now=now)
        ordering.choose_substitution(owner=owner, choice=choice, now=now)
        entered = [one for one in self.w.rules if not one.code]
        coupons = [one for one in self.w.rules if one.code]
        for brought in (one for number, one in enumerate(coupons) if number in codes):
            if self.w.uses(brought.id) >= self.w.limits[brought.id]:
                with pytest.raises(ordering.CouponUsedUp):
                    ordering.use_coupon(owner=owner, code=brought.code, now=now)
            else:
                ordering.use_coupon(owner=owner, code=brought.code, now=now)
                entered.append(brought)
        return entered

    def expected(
        self, view: ordering.CartView, near: set[str], stock: Stock, rules: list[Rule], *, by_card: bool, slot: int
    ) -> tuple[Bought, dict[str, Decimal]]:
        """What the cart shows is explained by the rules; the order it should become, and what is short for that."""
        wanted, missing = [], {}
        for line in sorted(view.lines, key=lambda line: line.sku):
            left, pools = Decimal(line.quantity), []
            for percent in stock.percents(line.sku) if line.sku in near else ():
                if units := min(left, whole_pieces(line.sku, stock.free(line.sku, percent))):
                    pools.append((percent, units))
                    left -= units
            if left > (there := stock.free(line.sku)):
                missing[line.sku] = left - there
            today = self.w.prices[line.sku]
            wanted.append(Wanted(line.sku, today, line.quantity, self.w.by_weight(line.sku), tuple(pools)))
        costs = dict(zip((one.sku for one in wanted), price(wanted, rules), strict=True))
        by_sku = {line.sku: line for line in wanted}
        lines = {}
        for shown in view.lines:
            one = by_sku[shown.sku]
            lines[one.sku] = Line(
                one.sku,
                one.price,
                one.quantity,
                one.listed,
                one.by_weight,
                costs[one.sku],
                dict(one.near),
                str(view.substitution),
            )
            assert (shown.price.minor, shown.list_amount.minor) == (one.price, one.listed)
            assert lowered(shown) == named(costs[one.sku]), "each line's price is explained by the rules"
            assert shown.amount.minor == lines[one.sku].net
        where = self.w.slots[slot]
        goods = sum(line.net for line in lines.values())
        fee = where.costs(goods)
        free_by = frees_delivery(rules, goods) if fee else None
        pay_by = self.w.now + timedelta(minutes=15) if by_card else None
        bought = Bought(new_id(), by_card, lines, fee, free_by, frozenset(), where, pay_by, [self.w.now])
        bought.codes = frozenset(self.w.limits.keys() & bought.lowered_by)
        return bought, missing

    def adopt(self, bought: Bought, missing: Mapping[str, Decimal], answers: Mapping[str, str | None]) -> None:
        """What was short at checkout has been replaced as chosen, at no more than it would have cost, or left out."""
        came = {line.replaces: line for line in ordering.order(order_id=bought.id).lines if line.replaces}
        assert came.keys() <= missing.keys()
        for sku in (sku for sku in list(bought.lines) if sku in missing):
            step = PIECE.get(sku, Decimal("0.05") if sku in BY_WEIGHT else Decimal(1))
            units = missing[sku] + (step - missing[sku] % step if missing[sku] % step else 0)
            if sku not in came:
                assert answers.get(sku, "") is None
                bought.leave_out(sku, units)
                continue
            new = came[sku]
            assert may_stand_in(new.sku, sku)
            assert new.sku == answers.get(sku, new.sku)
            bought.replace(Question(new_id(), sku, units, new.sku, units, self.w.prices[new.sku], self.w.now))
            mine = bought.lines[new.sku]
            assert mine.price - 1 <= new.price.minor <= mine.price, "a đồng is rounding"
            mine.price, mine.whole = new.price.minor, new.amount.minor
        bought.waiting = None


def check_shortages(refused: inventory.OutOfStock, missing: Mapping[str, Decimal]) -> None:
    assert missing
    assert refused.shortages == missing
