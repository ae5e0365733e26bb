"""The page that asks about a substitute: a link without signing in, once, politely."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from grocery.catalog import public as catalog
from grocery.kernel import clock
from grocery.kernel.ids import new_id
from grocery.kernel.outbox import relay
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from tests.storefront.conftest import GOODS, NOON, Market, Visitor, text_of
from tests.storefront.test_checkout import place


@pytest.fixture
def order(market: Market, visitor: Visitor) -> str:
    """The address of Lan's order of four packs of tomatoes, to be paid in cash; she wants to be asked."""
    for sku, price in {"vine": 24_000, "plum": 15_000}.items():
        offer(market, sku, price)
    customer = market.customer()
    market.address(customer)
    visitor.signed_in(customer).put("tomato", "4")
    visitor.post("/en/checkout/slot", {"slot": market.open_slots()[0]})
    page = str(place(visitor, market.open_slots()[0])["Location"])
    relay.drain()
    models.OrderLine.objects.update(substitution="ask")
    return page


def offer(market: Market, sku: str, price: int) -> None:
    """Something like the tomatoes."""
    draft = next(goods for goods in GOODS if goods.sku == "tomato")
    changed: dict[str, Any] = {name: getattr(draft, name) for name in draft.__slots__}
    changed |= {"sku": sku, "name_en": f"{sku.title()} tomatoes", "name_vi": f"Cà chua {sku}", "price": price}
    catalog.save_product(draft=catalog.ProductDraft(**{**changed, "allergens": ()}), now=NOON)
    market.receive(sku)


@pytest.fixture
def link(market: Market, order: str) -> str:
    """Two of four packs are missing; the picker proposes others."""
    picker = Principal(kind="staff", id=new_id(), roles=frozenset({"picker"}), store_id=market.store.id)
    asked = ordering.substitute(
        order_id=UUID(order.strip("/").split("/")[-1]),
        sku="tomato",
        with_sku="vine",
        quantity=quantity(2),
        by=picker,
        now=NOON,
    )
    return f"/en/orders/answer/{ordering.answer_token(substitution_id=asked.id)}/"


def test_the_link_asks_without_signing_in(link: str):
    words = text_of(Visitor().get(link))
    facts = (
        "Beef tomatoes, Đà Lạt just ran out. Take this instead?",
        "Answer by 12:10 .",
        "If not, we replace it.",
        "Vine tomatoes",
        "48.000\xa0₫",
        "37.800\xa0₫",
        "No new allergens.",
    )
    assert [fact for fact in facts if fact not in words] == []


def test_the_other_language_asks_too(link: str):
    words = text_of(Visitor().get(link.removeprefix("/en")))
    assert "Cà chua beef Đà Lạt vừa hết. Thay bằng món này?" in words


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"answer": "yes"}, "Replaced, as you said: Vine tomatoes"),
        ({"answer": "no"}, "Left out, you don’t pay for it"),
        ({"answer": "other", "with_sku": "plum"}, "Replaced, as you said: Plum tomatoes"),
    ],
)
def test_an_answer_is_kept_and_said_back(link: str, answer: dict[str, str], said: str):
    words = text_of(Visitor().post(link, answer, follow=True))
    assert ("Thank you, the store knows." in words, said in words, "Yes, please" in words) == (True, True, False)


def test_another_answer_afterwards_is_refused_politely(link: str):
    Visitor().post(link, {"answer": "yes"})
    words = text_of(Visitor().post(link, {"answer": "no"}, follow=True))
    assert ("This question has been settled already." in words, "Replaced, as you said" in words) == (True, True)


def test_too_late_is_said_politely(link: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=10))
    visitor = Visitor()
    shown, answered = visitor.get(link), visitor.post(link, {"answer": "no"}, follow=True)
    for page in (shown, answered):
        assert "The time to answer is over. We do as we said." in text_of(page)
    assert "Yes, please" not in text_of(shown)


def test_a_forged_link_opens_nothing(link: str):
    assert Visitor().get(link.replace("answer/", "answer/0")).status_code == 404


def test_the_orders_page_asks_and_comes_back(visitor: Visitor, order: str, link: str):
    assert "Take this instead?" in text_of(visitor.get(order))
    after = visitor.post(link, {"answer": "yes", "next": order}, follow=True)
    words = text_of(after)
    assert (after.redirect_chain[-1][0], "Take this instead?" in words, "Instead of Beef tomatoes" in words) == (
        order,
        False,
        True,
    )


@pytest.mark.parametrize(("answer", "said"), [("yes", "Ran out, replaced"), ("no", "Ran out, left out")])
def test_the_orders_page_tells_what_ran_out(visitor: Visitor, order: str, link: str, answer: str, said: str):
    visitor.post(link, {"answer": answer})
    assert said in text_of(visitor.get(order))


def test_a_strangers_page_is_not_gone_on_to(link: str):
    answered = Visitor().post(link, {"answer": "yes", "next": "https://evil.example/"})
    assert "evil" not in answered["Location"]


def test_after_one_question_comes_the_next(market: Market, order: str, link: str):
    order_id = UUID(order.strip("/").split("/")[-1])
    (asked,) = ordering.open_questions(order_id=order_id)
    ordering.answer(substitution_id=asked.id, accept=True, now=NOON)
    picker = Principal(kind="staff", id=new_id(), roles=frozenset({"picker"}), store_id=market.store.id)
    ordering.substitute(order_id=order_id, sku="tomato", with_sku="plum", quantity=quantity(1), by=picker, now=NOON)
    assert "Next question" in text_of(Visitor().get(link))
