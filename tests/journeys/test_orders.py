"""One order from shelf to doorstep, on real servers, over HTTP alone."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from grocery.config.processes import Shop
from tests.journeys.conftest import Eventually
from tests.journeys.people import Person, available, shelf
from tests.running import wait_for_relay


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_guest_becomes_a_customer_and_the_order_arrives(site: Shop, eventually: Eventually, language: str):
    lan, minh = Person(site, language=language), Person(site).staff()
    goods = lan.goods(2)
    lan.put(goods[0]["sku"], 2)
    lan.put(goods[1]["sku"], 1)
    lan.register()
    cart = lan.ask("POST", "/cart/merge")
    assert [line["quantity"] for line in cart["lines"]] == [2, 1]
    before = available(minh, goods[0]["sku"])

    placed = lan.check_out("card")
    assert (lan.state(placed["id"]), available(minh, goods[0]["sku"])) == ("placed", before - 2)
    assert lan.pay(placed["id"]).json()["status"] == "requires_capture"
    eventually(lambda: lan.state(placed["id"]) == "confirmed")

    order = f"/orders/{placed['id']}"
    assert minh.ask("POST", f"{order}/pick")["state"] == "picking"
    assert minh.ask("POST", f"{order}/pack", json={"weights": []})["state"] == "packed"
    eventually(lambda: lan.ask("GET", f"/payments/{placed['id']}")["state"] == "captured")
    assert minh.ask("POST", f"{order}/dispatch")["state"] == "out_for_delivery"
    assert minh.ask("POST", f"{order}/deliver")["state"] == "delivered"
    assert lan.ask("GET", f"/deliveries/{placed['id']}")["state"] == "delivered"
    assert lan.ask("GET", f"/payments/{placed['id']}")["captured"] == placed["total"]

    eventually(lambda: len(lan.mail()) == 2)
    assert [placed["number"] in str(mail["Subject"]) for mail in lan.mail()] == [True, True]
    assert [mail["Content-Language"] for mail in lan.mail()] == [language, language]


def test_cash_is_paid_at_the_door(site: Shop, eventually: Eventually):
    lan, minh = Person(site).register(), Person(site).staff()
    placed = lan.order("cash_on_delivery")
    eventually(lambda: lan.state(placed["id"]) == "confirmed")
    for step in ("pick", "pack", "dispatch", "deliver"):
        minh.ask("POST", f"/orders/{placed['id']}/{step}", json={"weights": []} if step == "pack" else None)
    eventually(lambda: lan.ask("GET", f"/payments/{placed['id']}")["captured"] == placed["total"])


def test_a_declined_card_may_be_tried_again(site: Shop, eventually: Eventually):
    lan = Person(site).register()
    placed = lan.order("card")
    assert lan.pay(placed["id"], "pm_card_chargeDeclined").status_code == 402
    eventually(lambda: lan.ask("GET", f"/payments/{placed['id']}")["failure_code"])
    assert lan.state(placed["id"]) == "placed"
    lan.pay(placed["id"])
    eventually(lambda: lan.state(placed["id"]) == "confirmed")


def test_a_payment_that_fails_for_good_releases_the_stock(site: Shop, eventually: Eventually):
    lan, minh = Person(site).register(), Person(site).staff()
    [sku] = [item["sku"] for item in lan.goods(1)]
    before = available(minh, sku)
    lan.put(sku, 3)
    placed = lan.check_out("card")
    assert available(minh, sku) == before - 3
    lan.pay(placed["id"], "pm_card_chargeDeclined")
    lan.ask("POST", f"/orders/{placed['id']}/cancel", json={"reason": "Thẻ bị từ chối"})
    assert (lan.state(placed["id"]), available(minh, sku)) == ("cancelled", before)
    eventually(lambda: lan.ask("GET", f"/payments/{placed['id']}")["state"] == "cancelled")


def test_two_buyers_and_one_last_unit_make_one_order(site: Shop):
    minh = Person(site).staff()
    [item] = minh.goods(30)[-1:]
    lan, hoa = Person(site).register(), Person(site).register("Phạm Hoa")
    left = available(minh, item["sku"])
    lots = shelf(minh, item["sku"])["lots"]
    counted = [
        {"kind": "waste", "sku": item["sku"], "quantity": lot["on_hand"], "lot_code": lot["lot_code"]}
        | {"expires_on": lot["expires_on"], "reason": "damaged"}
        for lot in lots
    ]
    counted[-1]["quantity"] -= 1
    counted = [line for line in counted if line["quantity"] > 0]
    minh.ask("POST", "/stock/batch", json={"store_id": minh.store(), "lines": counted})
    assert (left > 1, available(minh, item["sku"])) == (True, 1)
    for buyer in (lan, hoa):
        buyer.put(item["sku"])
        buyer.ask("PUT", "/cart/substitution", json={"choice": "none"})
        buyer.address = buyer.live_at()  # type: ignore[attr-defined]  # prepared, so that both check out at once

    def buy(buyer: Person) -> int:
        address = buyer.address  # type: ignore[attr-defined]  # see above
        body = {"slot_id": buyer.slot(address["ward_code"])["id"], "address_id": address["id"]}
        return buyer.http.post(
            "/checkout", json={**body, "method": "cash_on_delivery"}, headers={"Idempotency-Key": str(uuid4())}
        ).status_code

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(buy, (lan, hoa))) == [201, 409]
    assert available(minh, item["sku"]) == 0


def test_the_same_checkout_sent_twice_is_one_order(site: Shop):
    lan = Person(site).register()
    lan.put(lan.goods(1)[0]["sku"])
    address = lan.live_at()
    body = {
        "slot_id": lan.slot(address["ward_code"])["id"],
        "address_id": address["id"],
        "method": "cash_on_delivery",
    }
    key = str(uuid4())
    first = lan.ask("POST", "/checkout", json=body, expect=201, key=key)
    again = lan.ask("POST", "/checkout", json=body, expect=201, key=key)
    assert (again, lan.ask("GET", "/orders")["total"]) == (first, 1)


def test_the_mail_is_sent_once_though_the_relay_is_killed_in_between(site: Shop, eventually: Eventually):
    buyers = [Person(site).register() for _ in range(6)]
    [sku] = [item["sku"] for item in buyers[0].goods(1)]
    for buyer in buyers:
        buyer.order("cash_on_delivery", skus=[sku])
        relay = site.processes["relay"]
        relay.send_signal(signal.SIGKILL)
        relay.wait()
        site.start("relay")
    wait_for_relay(site)
    eventually(lambda: all(buyer.mail() for buyer in buyers))
    eventually(lambda: Person(site).http.get(f"{site.url}/readyz").is_success)
    assert [len(buyer.mail()) for buyer in buyers] == [1] * len(buyers)
