"""IPNs and the way back to the shop, as bad as they may be."""

from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.sandbox.listener import Listener
from tests.sandbox.momo_client import Merchant, genuine
from tests.sandbox.running import Refused, Sandbox


@pytest.fixture
def merchant(sandbox: Sandbox) -> Merchant:
    return Merchant(sandbox.momo.url)


def told(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [json.loads(notice["body"]) for notice in sandbox.momo.take_notices()]


def pay(sandbox: Sandbox, merchant: Merchant, what: str = "approve", **more: Any) -> Any:
    merchant.create(**more)
    return sandbox.momo.play("G-1-P1", what)


# --- knobs --------------------------------------------------------------------------------------------------------
def test_an_ipn_may_come_more_than_once(sandbox: Sandbox, merchant: Merchant):
    sandbox.momo.knobs(duplicates=2)
    pay(sandbox, merchant)
    first, *others = told(sandbox)
    assert others == [first, first]


def test_an_ipn_may_never_come_and_a_query_knows_better(sandbox: Sandbox, merchant: Merchant):
    sandbox.momo.knobs(never=True)
    pay(sandbox, merchant)
    assert (told(sandbox), merchant.query()["resultCode"]) == ([], 0)


def test_paid_may_be_told_before_being_processed(sandbox: Sandbox, merchant: Merchant):
    sandbox.momo.knobs(reordered=1)
    pay(sandbox, merchant, "slow")
    sandbox.advance(91)
    assert [ipn["resultCode"] for ipn in told(sandbox)] == [0, 7002]


def test_what_is_reordered_is_overtaken_by_what_comes_soon_after(sandbox: Sandbox, merchant: Merchant):
    sandbox.momo.knobs(reordered=1)
    for number in (1, 2):
        merchant.create(f"G-{number}-P1")
        sandbox.momo.play(f"G-{number}-P1")
    assert [ipn["orderId"] for ipn in told(sandbox)] == ["G-2-P1", "G-1-P1"]


def test_a_wrong_signature_comes_as_often_as_asked_for(sandbox: Sandbox, merchant: Merchant):
    sandbox.momo.knobs(bad_signature=1)
    for number in (1, 2):
        merchant.create(f"G-{number}-P1")
        sandbox.momo.play(f"G-{number}-P1")
    assert [genuine(ipn) for ipn in told(sandbox)] == [False, True]


def test_a_wrong_amount_is_signed(sandbox: Sandbox, merchant: Merchant):
    sandbox.momo.knobs(wrong_amount=1)
    pay(sandbox, merchant)
    [ipn] = told(sandbox)
    assert (ipn["amount"], genuine(ipn), merchant.query()["amount"]) == (126_000, True, 125_000)


def test_an_amount_may_be_text_and_fields_unknown(sandbox: Sandbox, merchant: Merchant):
    sandbox.momo.knobs(amount_as_text=True, unknown_fields=True)
    pay(sandbox, merchant)
    [ipn] = told(sandbox)
    assert (ipn["amount"], ipn["newIn2027"], genuine(ipn)) == ("125000", {"a": [1]}, True)


def test_an_expired_link_is_told_when_asked_for(sandbox: Sandbox, merchant: Merchant):
    sandbox.momo.knobs(tell_expiry=True)
    merchant.create()
    sandbox.advance(901)
    assert [ipn["resultCode"] for ipn in told(sandbox)] == [1005]


def test_without_the_permission_there_is_only_the_pay_url(sandbox: Sandbox, merchant: Merchant):
    sandbox.momo.knobs(app_links=False)
    assert {"payUrl", "deeplink", "qrCodeUrl"} & set(merchant.create()) == {"payUrl"}


@pytest.mark.parametrize("knobs", [{"colour": "red"}, {"delay": "soon"}, {"redirect": "sometimes"}, {"never": 1}])
def test_a_knob_that_there_is_not_is_refused(sandbox: Sandbox, knobs: dict[str, Any]):
    with pytest.raises(Refused):
        sandbox.momo.knobs(**knobs)


# --- the shop's answer --------------------------------------------------------------------------------------------
@pytest.fixture
def told_at_once(sandbox: Sandbox) -> Iterator[Sandbox]:
    """IPNs go out by themselves, and come three times if they must."""
    sandbox.momo.knobs(hold=False, repeats=2, repeat_after=0.0)
    yield sandbox
    sandbox.momo.knobs(hold=True)


def answers(sandbox: Sandbox, count: int) -> list[Any]:
    """What the shop said to so many deliveries, once they are behind us."""
    for _ in range(200):
        behind = [d for d in sandbox.momo.deliveries() if d["status"] in {"delivered", "failed"}]
        if len(behind) >= count:
            break
        time.sleep(0.05)
    return [(delivery["attempt"], delivery["status"], delivery["answer"]) for delivery in behind]


def test_only_204_is_an_answer(told_at_once: Sandbox, merchant: Merchant):
    with Listener(first=200, then=204) as shop:
        pay(told_at_once, merchant, ipnUrl=shop.url)
        assert answers(told_at_once, 2) == [(0, "failed", 200), (1, "delivered", 204)]


def test_whoever_answers_too_late_has_not_answered(told_at_once: Sandbox, merchant: Merchant):
    told_at_once.momo.knobs(repeats=0, patience=0.3)
    with Listener(first=204, wait=1.0) as shop:
        pay(told_at_once, merchant, ipnUrl=shop.url)
        assert answers(told_at_once, 1) == [(0, "failed", "TimeoutError")]


def test_it_is_repeated_so_often_and_not_more(told_at_once: Sandbox, merchant: Merchant):
    with Listener(first=500, then=500) as shop:
        pay(told_at_once, merchant, ipnUrl=shop.url)
        assert [attempt for attempt, _, _ in answers(told_at_once, 3)] == [0, 1, 2]


# --- the pay page -------------------------------------------------------------------------------------------------
class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def click(url: str, what: str) -> str:
    """Where the customer is sent to by this button; "" if they stay."""
    form = urllib.parse.urlencode({"what": what}).encode()
    try:
        with urllib.request.build_opener(_Stay).open(url, form, timeout=5):
            return ""
    except urllib.error.HTTPError as answer:
        with answer:
            return str(answer.headers["Location"])


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


def test_the_page_says_what_is_paid_for(merchant: Merchant):
    page = read(merchant.create(orderInfo="Don <b>G-1</b>")["payUrl"])
    assert ("125.000 VND" in page, "Don &lt;b&gt;G-1&lt;/b&gt;" in page) == (True, True)


@pytest.mark.parametrize(("what", "code"), [("approve", "0"), ("refuse", "1006"), ("slow", "1000")])
def test_a_button_leads_back_to_the_shop_signed(merchant: Merchant, what: str, code: str):
    back = urlsplit(click(merchant.create()["payUrl"], what))
    fields = dict(parse_qsl(back.query, keep_blank_values=True))
    assert (back.path, fields["resultCode"], genuine(fields)) == ("/return", code, True)


def test_whoever_scanned_the_code_paid_by_qr(merchant: Merchant):
    click(merchant.create()["qrCodeUrl"], "approve")
    assert merchant.query()["payType"] == "qr"


def test_a_page_that_is_opened_again_says_how_it_ended(merchant: Merchant):
    url = merchant.create()["payUrl"]
    click(url, "refuse")
    click(url, "approve")
    assert "The user refused to pay." in read(url)


def test_the_ipn_may_be_there_before_the_customer(told_at_once: Sandbox, merchant: Merchant):
    told_at_once.momo.knobs(redirect="after")
    with Listener(first=204, wait=0.2) as shop:
        click(merchant.create(ipnUrl=shop.url)["payUrl"], "approve")
        assert [delivery["status"] for delivery in told_at_once.momo.deliveries()] == ["delivered"]


def test_the_customer_may_be_there_before_the_ipn(sandbox: Sandbox, merchant: Merchant):
    sandbox.momo.knobs(redirect="before")
    click(merchant.create()["payUrl"], "approve")
    [delivery], [ipn] = sandbox.momo.deliveries(), told(sandbox)
    assert delivery["due"] - ipn["responseTime"] / 1_000 >= 2


def test_the_customer_may_never_come_back(sandbox: Sandbox, merchant: Merchant):
    sandbox.momo.knobs(redirect="never")
    assert (click(merchant.create()["payUrl"], "approve"), len(told(sandbox))) == ("", 1)


def test_the_dashboard_shows_what_there_is(sandbox: Sandbox, merchant: Merchant):
    transaction = pay(sandbox, merchant, orderInfo="<i>x</i>")["transId"]
    merchant.refund(transaction, 25_000)
    page = read(f"{sandbox.momo.url}/")
    assert ("G-1-R1" in page, "25.000 VND" in page, "<i>x</i>" in page) == (True, True, False)
