"""Giving goods back on an order's page: so many pieces, so many grams, and where the money is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.kernel.principal import Principal
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from tests.storefront.conftest import NOON, Market, Visitor, hidden, text_of
from tests.storefront.test_checkout import place


@pytest.fixture
def lan(market: Market, visitor: Visitor, deliver: Callable[[], int]) -> Visitor:
    """Two rice and half a kilogram of shrimp, delivered and paid in cash; `placed` is their page."""
    customer = market.customer()
    market.address(customer)
    visitor.signed_in(customer).put("rice", "2")
    visitor.put("shrimp", "500", **{"in": "g"})
    slot = market.open_slots()[0]
    visitor.post("/en/checkout/slot", {"slot": slot})
    visitor.placed = str(place(visitor, slot)["Location"])
    staff = Principal(kind="staff", id=new_id(), roles=frozenset({"picker"}), store_id=market.store.id)
    deliver()
    for step in (ordering.start_picking, ordering.mark_packed, ordering.dispatch, ordering.deliver):
        step(order_id=order_of(visitor), by=staff, now=NOON)
    deliver()
    return visitor


def order_of(lan: Visitor) -> UUID:
    return UUID(lan.placed.rstrip("/").rsplit("/", 1)[-1])


def gives_back(lan: Visitor, **fields: str) -> Any:
    form = {"idempotency_key": hidden(lan.get(f"{lan.placed}return"), "idempotency_key")}
    form |= {name.replace("_", "-"): said for name, said in fields.items()}
    return lan.post(f"{lan.placed}return", form, follow=True)


def asked_for(lan: Visitor) -> list[tuple[str, str, int]]:
    found = ordering.returns_of(order_id=order_of(lan))
    return [(line.sku, str(line.quantity), line.amount.minor) for one in found for line in one.lines]


def test_a_part_of_a_weight_is_given_back_in_grams(lan: Visitor):
    page = lan.get(f"{lan.placed}return")
    assert "How much, in g? You have 500 g" in text_of(page)
    assert 'name="part-rice"' not in page.content.decode()
    after = gives_back(lan, quantity_shrimp="part", part_shrimp="120", reason_shrimp="damaged")
    assert "120\xa0g × Fresh white shrimp" in text_of(after)
    assert asked_for(lan) == [("shrimp", "0.120", 26_280)]


@pytest.mark.parametrize(
    ("part", "said"), [("", "Whole grams"), ("0,12", "Whole grams"), ("0", "Say how much"), ("501", "shrimp (500 g)")]
)
def test_what_is_no_part_of_it_is_said_and_stays_in_the_field(lan: Visitor, part: str, said: str):
    answer = gives_back(lan, quantity_shrimp="part", part_shrimp=part, reason_shrimp="damaged")
    assert (answer.status_code, said in text_of(answer), asked_for(lan)) == (422, True, [])
    assert f'value="{part}"></div>' in answer.content.decode()


def test_pieces_have_no_parts(lan: Visitor):
    answer = gives_back(lan, quantity_rice="part", part_rice="500", reason_rice="damaged")
    assert (answer.status_code, asked_for(lan)) == (422, [])


def test_the_page_says_what_was_given_back_and_the_vat_that_stays(lan: Visitor):
    """378.000 ₫ of rice and 109.500 ₫ of shrimp at 5 %, 15.000 ₫ to bring them at 8 %."""
    gives_back(lan, quantity_rice="1", reason_rice="damaged")
    (found,) = ordering.returns_of(order_id=order_of(lan))
    by = Principal(kind="staff", id=new_id(), roles=frozenset({"support"}))
    kept = [ordering.LineDecision("rice", accepted=True)]
    ordering.decide_return(return_id=found.id, decisions=kept, by=by, now=NOON)
    words = text_of(lan.get(lan.placed))
    assert "Given back −189.000\xa0₫ You pay 313.500\xa0₫ Includes VAT 5% 14.214\xa0₫ Includes VAT 8% 1.111" in words


def refunded(
    lan: Visitor, amount: int, to: payments.RefundTo = payments.RefundTo.ORIGINAL, by: str = "support"
) -> UUID:
    """Somebody of the shop gives money back for the rice, which stays with the customer."""
    who = Principal(kind="staff", id=new_id(), roles=frozenset({by}))
    line = ordering.RefundLine("rice", ordering.ReturnReason.DAMAGED, amount=dong(amount))
    return ordering.refund_lines(order_id=order_of(lan), lines=[line], by=who, to=to, now=NOON)


def test_money_without_goods_is_told_from_the_decision_to_its_arrival(lan: Visitor, settings: Any):
    settings.REFUND_FOUR_EYES = 50_000
    waiting = refunded(lan, 50_001)
    assert "Refunded" in text_of(lan.get(lan.placed))
    assert "a colleague checks the amount" in text_of(lan.get(lan.placed))
    boss = Principal(kind="staff", id=new_id(), roles=frozenset({"manager"}))
    ordering.refuse_refund(return_id=waiting, by=boss, word="no", now=NOON)
    assert "Refunded" not in text_of(lan.get(lan.placed)), "what staff let be is not told"
    refunded(lan, 10_000)
    refunded(lan, 20_000, payments.RefundTo.CREDIT)
    ordering.settle_returns(now=NOON + timedelta(minutes=6))
    words = text_of(lan.get(lan.placed))
    said = ["We hand you the money in cash", "It is in your store credit", "Back as store credit"]
    assert [one for one in said if one not in words] == []
