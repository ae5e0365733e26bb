"""Every message, in both languages, with everything filled in."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import product
from typing import Any

import pytest
from django.conf import LazySettings
from django.template import TemplateSyntaxError

from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.notifications.contracts import Kind, Rendered
from grocery.notifications.services.render import render, render_credit
from grocery.ordering import public as ordering
from grocery.ordering.contracts import OrderView, PaymentMethod, SubstitutionDefault
from tests.notifications.orders import (
    COUNTER,
    MILK,
    ORDER_ID,
    SHRIMP,
    given_back,
    order,
    question,
    weighed,
    weight_question,
)

SPACE = "\N{NO-BREAK SPACE}"
ORDERS = {
    "delivery": order(),
    "pickup in cash": order(recipient=COUNTER, method=PaymentMethod.CASH_ON_DELIVERY, fee=order().fee * 0),
    "weighed": weighed(),
}
REASONS = (
    "customer",
    "staff",
    "not_paid",
    "not_paid_again",
    "payment_cancelled",
    "out_of_stock",
    "refused",
    "undelivered",
)
CHANGES = ("customer", "staff", "part_cancelled", "not_made", "tender_customer", "tender_staff")
ABOUT_ORDERS = [kind for kind in Kind if kind is not Kind.CREDIT_GIVEN]


class Forbidden(str):
    """What a template gets for a name that does not exist."""

    def __mod__(self, name: object) -> str:
        raise TemplateSyntaxError(f"{name} is not filled in")

    def __contains__(self, what: object) -> bool:
        return what == "%s"


@pytest.fixture(autouse=True)
def strict(settings: LazySettings) -> None:
    templates: list[dict[str, Any]] = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = Forbidden("%s")
    settings.TEMPLATES = templates


def written(kind: Kind, language: str, view: OrderView | None = None, reason: str = "customer") -> Rendered:
    about = weight_question() if kind is Kind.WEIGHT_QUESTIONED else question()
    return render(
        kind=kind,
        language=language,
        order=view or order(),
        name="Lan",
        reason=reason,
        question=about,
        back=given_back() if kind is Kind.ORDER_RETURNED else None,
        amount="345.000 ₫" if kind in {Kind.TRANSFER_LATE, Kind.PAY_AGAIN, Kind.TRANSFER_ODD} else "",
        until=datetime(2026, 11, 27, 9, tzinfo=UTC) if kind is Kind.PAY_AGAIN else None,
    )


def test_the_strictness_of_these_tests_is_real():
    from django.template import engines

    with pytest.raises(TemplateSyntaxError):
        engines.all()[0].from_string("{{ lines_of_nothing }}").render({})


@pytest.mark.parametrize(
    ("kind", "language", "which"),
    [*product(ABOUT_ORDERS, ("vi", "en"), ORDERS)],
)
def test_every_message_is_whole_in_each_language(kind: Kind, language: str, which: str):
    words = written(kind, language, ORDERS[which])
    for part in (words.subject, words.text, words.html):
        assert "G-20418" in part
        assert not re.search(r"\{[{%#]|None|\bFalse\b", part)


@pytest.mark.parametrize(("language", "reason"), [*product(("vi", "en"), ("late delivery", ""))])
def test_store_credit_says_how_much_why_and_what_there_is(language: str, reason: str):
    words = render_credit(language=language, name="Lan", amount=dong(50_000), balance=dong(70_000), reason=reason)
    assert "50.000" in words.subject
    for part in (words.text, words.html):
        assert ("70.000" in part, "/credit/" in part, "late delivery" in part) == (True, True, bool(reason))
        assert not re.search(r"\{[{%#]|None|\bFalse\b", part)


@pytest.mark.parametrize(
    ("language", "weight", "said"),
    [
        ("en", "0.3", "you pay what it weighs"),
        ("en", "0.6", "and not more"),
        ("vi", "0.3", "trả theo cân"),
        ("vi", "0.6", "không hơn"),
    ],
)
def test_a_weight_says_what_happens_without_an_answer(language: str, weight: str, said: str):
    asked = weight_question(weighed=quantity(weight))
    words = render(kind=Kind.WEIGHT_QUESTIONED, language=language, order=order(), name="Lan", question=asked)
    assert (said in words.text, "/orders/answer/" in words.text) == (True, True)


@pytest.mark.parametrize(("language", "reason"), [*product(("vi", "en"), REASONS)])
def test_each_reason_of_a_cancellation_has_words_of_its_own(language: str, reason: str):
    others = {written(Kind.ORDER_CANCELLED, language, reason=r).text for r in REASONS if r != reason}
    assert written(Kind.ORDER_CANCELLED, language, reason=reason).text not in others


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_kind_of_change_has_words_of_its_own(language: str):
    assert len({written(Kind.ORDER_CHANGED, language, reason=reason).text for reason in CHANGES}) == len(CHANGES)


@pytest.mark.parametrize(("kind", "language"), [*product(ABOUT_ORDERS, ("vi", "en"))])
def test_the_html_is_well_formed_and_speaks_its_language(kind: Kind, language: str):
    html = written(kind, language).html
    assert unclosed(html) == []
    assert f'<html lang="{language}">' in html


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_customers_and_goods_are_called_cannot_become_markup(language: str):
    words = written(Kind.ORDER_CONFIRMED, language)
    assert "&lt;ST25&gt; &amp;" in words.html
    assert "<ST25> &" in words.text


@pytest.mark.parametrize(
    ("language", "subject"),
    [("vi", "Đơn G-20418 đã được xác nhận"), ("en", "Order G-20418 is confirmed")],
)
def test_the_subject_names_the_order(language: str, subject: str):
    assert written(Kind.ORDER_CONFIRMED, language).subject == subject


def test_the_plain_text_reads_well():
    assert (
        written(Kind.ORDER_CONFIRMED, "vi").text.replace(SPACE, " ")
        == f"""\
Cảm ơn Lan, đơn G-20418 đã được xác nhận

Chúng tôi sẽ soạn hàng và giao trong khung giờ này.

Thứ Sáu 20/11, 16–18h
Nguyễn Thị Lan, 0903 123 456
Giao tới: 18/3 Lê Anh Xuân, Phường Bến Thành, Thành phố Hồ Chí Minh
Gọi trước khi lên

- Tôm thẻ tươi, cỡ 40–50
  450 g × 219.000 ₫/kg = 98.550 ₫
- Sữa tươi thanh trùng không đường
  2 × 38.500 ₫ = 77.000 ₫
- Gạo <ST25> & túi giấy
  1 × 189.000 ₫ = 189.000 ₫

Tạm tính: 364.550 ₫
Phí giao: 15.000 ₫
Tổng cộng: 379.550 ₫
Đã gồm VAT 5%: 13.693 ₫
Đã gồm VAT 8%: 6.815 ₫

Tiền đã được giữ trên thẻ, chỉ trừ sau khi đóng gói xong. Bạn có thể hủy miễn phí cho tới khi chúng tôi bắt đầu soạn.

Xem đơn hàng:
http://testserver/orders/{ORDER_ID}/

--\x20
Grocery · http://testserver/
"""
    )


@pytest.mark.parametrize(("language", "address"), [("vi", ""), ("en", "en/")])
def test_the_link_leads_to_the_order_in_the_same_language(language: str, address: str):
    words = written(Kind.ORDER_DELIVERED, language)
    link = f"http://testserver/{address}orders/{ORDER_ID}/"
    assert (link in words.text, f'href="{link}"' in words.html) == (True, True)


def test_what_was_packed_is_what_is_charged_and_told():
    text = written(Kind.ORDER_DELIVERED, "en", weighed()).text.replace(SPACE, " ")
    assert "438 g × 219.000 ₫/kg = 95.922 ₫" in text
    assert "Total: 376.922 ₫\nWhen ordered: 379.550 ₫" in text


def test_a_free_delivery_says_so():
    assert "Phí giao: Miễn phí" in written(Kind.ORDER_CONFIRMED, "vi", order(fee=order().fee * 0)).text


def unclosed(html: str) -> list[str]:
    """Elements that are opened and not closed, or the other way round."""
    parser = _Nesting()
    parser.feed(html)
    return parser.open + parser.stray


class _Nesting(HTMLParser):
    VOID = {"meta", "br", "img"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.stray: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.stray.append(tag)


@pytest.mark.parametrize(
    ("language", "default", "said"),
    [
        ("vi", SubstitutionDefault.REPLACE, "chúng tôi thay món này"),
        ("vi", SubstitutionDefault.LEAVE_OUT, "chúng tôi bỏ món này"),
        ("en", SubstitutionDefault.REPLACE, "we replace it"),
        ("en", SubstitutionDefault.LEAVE_OUT, "we leave it out"),
    ],
)
def test_a_question_says_until_when_and_what_is_done_without_an_answer(
    language: str, default: SubstitutionDefault, said: str
):
    words = render(
        kind=Kind.SUBSTITUTE_PROPOSED,
        language=language,
        order=order(),
        name="Lan",
        question=question(default=default),
    )
    for part in (words.text, words.html):
        assert said in part
        assert "13:52" in part
        assert f"45.000{SPACE}₫" in part


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_link_of_a_question_opens_it_without_signing_in(language: str):
    words = render(kind=Kind.SUBSTITUTE_PROPOSED, language=language, order=order(), name="Lan", question=question())
    (token,) = set(re.findall(r"/orders/answer/([^/]+)/", words.text))
    assert ordering.question_of_token(token=token) == question().id


@pytest.mark.parametrize(("language", "name"), [("en", "3 for 2, milk"), ("vi", "Sữa: mua 3 tính tiền 2")])
def test_what_lowered_a_line_is_named_with_it(language: str, name: str):
    effect = ordering.Adjustment(
        None, ordering.OfferKind.MULTI_BUY, "3 for 2, milk", "Sữa: mua 3 tính tiền 2", quantity(1), dong(-38_500)
    )
    lowered = replace(MILK, amount=MILK.amount - dong(38_500), adjustments=(effect,))
    words = written(Kind.ORDER_CONFIRMED, language, order(lines=(lowered,)))
    assert f"{name}: −38.500{SPACE}₫" in words.text
    assert f"{name}: −38.500{SPACE}₫" in words.html


def test_of_what_was_weighed_only_the_names_are_told():
    effect = ordering.Adjustment(None, ordering.OfferKind.SKU, "Fish days", "Ngày cá", quantity("0.45"), dong(-9_855))
    lowered = replace(
        SHRIMP, amount=dong(88_695), packed=quantity("0.5"), packed_amount=dong(98_550), adjustments=(effect,)
    )
    words = written(Kind.ORDER_DELIVERED, "en", order(lines=(lowered,)))
    assert ("(Fish days)" in words.text, "9.855" in words.text) == (True, False)


@pytest.mark.parametrize(("language", "method"), [*product(("vi", "en"), PaymentMethod)])
def test_a_return_says_what_was_decided_and_where_the_money_is(language: str, method: PaymentMethod):
    words = {
        reason: written(Kind.ORDER_RETURNED, language, order(method=method), reason=reason)
        for reason in ("requested", "decided", "door", "refund")
    }
    assert len({each.text for each in words.values()} | {each.subject for each in words.values()}) == 7
    assert "38.500" in words["decided"].text
    assert {"vi": "không nhận", "en": "not accepted"}[language] in words["decided"].text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_who_was_not_at_home_hears_it_and_then_when_it_comes_again(language: str):
    back, again = (
        written(Kind.ORDER_UNDELIVERED, language, reason=reason) for reason in ("undelivered", "rescheduled")
    )
    assert ("16–18h" in again.text, "16–18h" in back.text) == (True, False)
