"""Stock over HTTP: what customers are told, what staff are told, and how staff change it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grocery.accounts import public as accounts
from grocery.accounts.public import Role
from grocery.inventory import public as inventory
from grocery.inventory.models import Lot, Movement
from grocery.kernel import wire
from grocery.kernel.ids import new_id
from tests.inventory.conftest import NOON, Shop, days, listed

PASSWORD = "rau muống 2026 xào tỏi"


@pytest.fixture(autouse=True)
def _the_day_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grocery.kernel.clock.now", lambda: NOON)


@pytest.fixture(autouse=True)
def _a_catalogue(db: None) -> None:
    listed("milk")


@pytest.fixture(autouse=True)
def _quick_hashing(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def staff(role: Role, store_id: UUID | None = None) -> Client:
    who = accounts.create_staff(
        email=f"{new_id().hex}@shop.vn", password=PASSWORD, name="Hoa", roles=[role], store_id=store_id
    )
    tokens = accounts.issue_tokens(customer_id=who.id, now=NOON)
    return Client(headers={"Authorization": f"Bearer {tokens.access_token}"})


def read(answer: Any) -> Any:
    return json.loads(answer.content)


def batch(client: Client, shop: Shop, *lines: dict[str, Any], key: str | None = None, **more: Any) -> Any:
    body = {"store_id": str(shop.location), "lines": lines, **more}
    return client.post(
        "/api/v1/stock/batch",
        wire.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": key or new_id().hex, "Accept-Language": "en"},
    )


def receive(sku: str, quantity: float | str = 1, **more: Any) -> dict[str, Any]:
    return {"kind": "receive", "sku": sku, "quantity": quantity, **more}


# --- looking ----------------------------------------------------------------------------------------------------


def test_a_customer_learns_whether_it_is_there_and_how_fresh(shop: Shop):
    shop.receive("milk", 3, expires=4)
    shop.receive("milk", 2, expires=2)
    assert read(Client().get("/api/v1/stock/milk")) == {
        "sku": "milk",
        "stores": [
            {
                "store_id": str(shop.location),
                "in_stock": True,
                "available": 5,
                "earliest_expiry": "2026-11-22",
                "reduced": 0,
                "reduced_percent": None,
            }
        ],
    }


def test_near_expiry_units_are_told_beside_what_is_sold_at_its_full_price(shop: Shop):
    shop.receive("milk", 30, expires=1, lot="L1")
    lot = Lot.objects.get()
    inventory.mark_down(location=shop.location, lots=[lot.id], percent=40, now=NOON, by=shop.by)
    [store] = read(Client().get("/api/v1/stock/milk"))["stores"]
    assert [store["in_stock"], store["available"], store["reduced"], store["reduced_percent"]] == [False, 0, 20, 40]
    [store] = read(staff(Role.PICKER).get("/api/v1/stock/milk"))["stores"]
    assert [store["reduced"], store["lots"][0]["percent"]] == [30, 40]


def test_a_customer_is_not_told_of_more_than_twenty(shop: Shop):
    shop.receive("milk", 300)
    [store] = read(Client().get("/api/v1/stock/milk"))["stores"]
    assert store["available"] == 20


def test_what_is_sold_out_is_told_as_such(shop: Shop):
    shop.receive("milk", 1)
    shop.reserve("cart:a", milk=1)
    [store] = read(Client().get("/api/v1/stock/milk"))["stores"]
    assert store == {
        "store_id": str(shop.location),
        "in_stock": False,
        "available": 0,
        "earliest_expiry": None,
        "reduced": 0,
        "reduced_percent": None,
    }


def test_staff_see_lots_and_all_there_is(shop: Shop):
    shop.receive("milk", 30, expires=4, lot="L1")
    shop.reserve("cart:a", milk="0.5")
    [store] = read(staff(Role.PICKER).get("/api/v1/stock/milk"))["stores"]
    assert store == {
        "store_id": str(shop.location),
        "in_stock": True,
        "available": 29.5,
        "earliest_expiry": "2026-11-24",
        "reduced": 0,
        "reduced_percent": None,
        "version": 2,
        "on_hand": 30,
        "reserved": 0.5,
        "low_stock_threshold": 0,
        "lots": [{"lot_code": "L1", "expires_on": "2026-11-24", "on_hand": 30, "reserved": 0.5, "percent": None}],
    }


@pytest.mark.parametrize("path", ["stock/never", "stock/never/locations/{store}"])
def test_what_no_store_has_had_is_not_found(shop: Shop, path: str):
    answer = Client().get("/api/v1/" + path.format(store=shop.location))
    assert [answer.status_code, read(answer)["code"]] == [404, "not_found"]


def test_a_sku_that_cannot_be_one_is_refused(shop: Shop):
    assert Client().get("/api/v1/stock/mi%00lk").status_code == 422


@pytest.mark.parametrize("path", ["stock/milk", "stock/batch?store_id={store}&sku=milk&sku=rice&sku=never"])
def test_looking_costs_one_statement(shop: Shop, path: str):
    shop.receive("milk", 3)
    shop.receive("rice", 3)
    with CaptureQueriesContext(connection) as ran:
        Client().get("/api/v1/" + path.format(store=shop.location))
    assert len(ran) == 1


def shelf(shop: Shop, *skus: str, **more: Any) -> Any:
    return Client().get("/api/v1/stock/batch", {"store_id": str(shop.location), "sku": skus, **more})


def test_many_skus_of_a_store_are_told_in_the_order_asked(shop: Shop):
    shop.receive("milk", 300, expires=4)
    shop.receive("eggs", 1)
    shop.reserve("cart:a", eggs=1)
    Shop().receive("rice", 5)
    assert read(shelf(shop, "rice", "milk", "eggs", "milk")) == {
        "store_id": str(shop.location),
        "stock": [
            {"sku": "milk", "in_stock": True, "available": 20, "earliest_expiry": "2026-11-24", "version": 1},
            {"sku": "eggs", "in_stock": False, "available": 0, "earliest_expiry": None, "version": 2},
        ],
        "missing": ["rice"],
    }


def test_skus_may_stand_with_commas_between(shop: Shop):
    shop.receive("milk", 3)
    assert read(shelf(shop, "rice,milk", "eggs")) == read(shelf(shop, "rice", "milk", "eggs"))


@pytest.mark.parametrize(
    ("skus", "more"),
    [
        ((), {}),
        (("mi lk",), {}),
        (("milk,",), {}),
        ((",".join(["milk"] * 51),), {}),
        (tuple(f"s{n}" for n in range(51)), {}),
        (("milk",), {"store_id": "here"}),
    ],
)
def test_a_question_that_cannot_be_is_refused(shop: Shop, skus: tuple[str, ...], more: dict[str, str]):
    answer = shelf(shop, *skus, **more)
    assert [answer.status_code, answer["Content-Type"]] == [422, "application/problem+json"]


def test_fifty_skus_may_be_asked_for(shop: Shop):
    assert len(read(shelf(shop, *(f"s{number}" for number in range(50))))["missing"]) == 50


def test_what_the_caller_has_already_is_not_sent_again(shop: Shop):
    shop.receive("milk", 3)
    first = Client().get("/api/v1/stock/milk")
    again = Client().get("/api/v1/stock/milk", headers={"If-None-Match": first["ETag"]})
    shop.receive("milk", 1)
    changed = Client().get("/api/v1/stock/milk", headers={"If-None-Match": first["ETag"]})
    assert [again.status_code, again.content, changed.status_code] == [304, b"", 200]


def test_what_staff_see_is_kept_by_nobody_in_between(shop: Shop):
    shop.receive("milk", 3)
    kept = [who.get("/api/v1/stock/milk")["Cache-Control"] for who in (Client(), staff(Role.PICKER))]
    assert kept == ["public, max-age=1", "private, max-age=1"]


def test_the_feeds_document_is_served_here_too(shop: Shop):
    shop.receive("milk", 3, expires=4)
    assert read(Client().get(f"/api/v1/stock/milk/locations/{shop.location}")) == {
        "stock": 3,
        "expires_at": "2026-11-24",
        "low_stock_threshold": 0,
        "last_updated": "2026-11-20T05:00:00Z",
        "version": 1,
    }


# --- changing ---------------------------------------------------------------------------------------------------


def test_staff_receive_waste_correct_and_count_in_one_go(shop: Shop):
    client = staff(Role.BUYER)
    answer = batch(
        client,
        shop,
        receive("milk", 24, lot_code="L1", expires_on="2026-11-30"),
        {"kind": "waste", "sku": "milk", "quantity": 1.5, "reason": "split bag"},
        {"kind": "adjust", "sku": "milk", "quantity": -0.5, "reason": "label said otherwise"},
        {"kind": "count", "sku": "milk", "quantity": 20},
        reference="DN-4711",
    )
    assert read(answer) == {
        "applied": 4,
        "stock": [
            {
                "sku": "milk",
                "store_id": str(shop.location),
                "in_stock": True,
                "available": 20,
                "earliest_expiry": "2026-11-30",
                "reduced": 0,
                "reduced_percent": None,
                "version": 1,
                "on_hand": 20,
                "reserved": 0,
                "low_stock_threshold": 0,
            }
        ],
    }
    assert set(Movement.objects.values_list("reference", flat=True)) == {"DN-4711"}


def test_a_wrong_line_is_named_and_nothing_is_changed(shop: Shop):
    answer = batch(staff(Role.BUYER), shop, receive("milk"), {"kind": "waste", "sku": "rice", "quantity": 2})
    told = read(answer)
    assert [answer.status_code, told["code"]] == [422, "stock_changes_refused"]
    assert told["lines"] == [
        {"line": 2, "sku": "rice", "code": "reason_needed", "en": "Say why.", "vi": "Cần ghi lý do."}
    ]
    assert inventory.stock(sku="milk", now=NOON) == []


def test_the_same_key_and_body_change_stock_once(shop: Shop):
    client = staff(Role.BUYER)
    answers = [batch(client, shop, receive("milk", 3), key="delivery-1") for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert shop.on_hand("milk") == 3


def test_a_key_is_needed(shop: Shop):
    answer = staff(Role.BUYER).post("/api/v1/stock/batch", b"{}", content_type="application/json")
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("role", [Role.PICKER, Role.DISPATCHER, Role.SUPPORT])
def test_other_roles_may_not_change_stock(shop: Shop, role: Role):
    assert batch(staff(role), shop, receive("milk")).status_code == 403


def test_guests_may_not_change_stock(shop: Shop):
    assert batch(Client(), shop, receive("milk")).status_code == 401


def test_staff_of_one_store_do_not_see_another_to_change(shop: Shop):
    client = staff(Role.BUYER, store_id=shop.location)
    assert [batch(client, one, receive("milk")).status_code for one in (shop, Shop())] == [200, 404]


@pytest.mark.parametrize(
    "line",
    [
        receive("milk", "NaN"),
        receive("milk", 1e12),
        receive("milk", 0.0001),
        receive("milk", "many"),
        receive(""),
        receive("mi lk"),
        receive("milk", lot_code="a\u0000b"),
        receive("milk", expires_on="tomorrow"),
        receive("milk", reason="x" * 201),
        receive("milk", colour="blue"),
        {"kind": "steal", "sku": "milk", "quantity": 1},
    ],
)
def test_input_that_cannot_be_is_refused_at_the_door(shop: Shop, line: dict[str, Any]):
    answer = batch(staff(Role.BUYER), shop, line)
    assert [answer.status_code, Movement.objects.count()] == [422, 0]


@pytest.mark.parametrize(("lines", "status"), [(0, 422), (1000, 200), (1001, 422)])
def test_a_batch_has_one_to_a_thousand_lines(shop: Shop, lines: int, status: int):
    assert batch(staff(Role.BUYER), shop, *[receive("milk")] * lines).status_code == status


def test_an_expiry_in_the_past_is_refused_with_its_line(shop: Shop):
    told = read(batch(staff(Role.BUYER), shop, receive("milk", expires_on=days(-1).isoformat())))
    assert [line["code"] for line in told["lines"]] == ["already_expired"]


def test_goods_that_the_catalogue_does_not_know_are_not_received(shop: Shop):
    answer = batch(staff(Role.BUYER), shop, receive("milk"), receive("mikl"))
    assert [answer.status_code, read(answer)["lines"]] == [
        422,
        [
            {
                "line": 2,
                "sku": "mikl",
                "code": "unknown_sku",
                "en": "The catalogue does not know this SKU.",
                "vi": "Danh mục hàng không có mã này.",
            }
        ],
    ]
    assert inventory.stock(sku="milk", now=NOON) == []


def test_asked_for_each_line_the_right_ones_are_done_and_the_wrong_ones_told(shop: Shop):
    shop.receive("rice", 2)
    lines = [receive("milk", 3), receive("mikl"), {"kind": "waste", "sku": "rice", "quantity": 5, "reason": "wet"}]
    told = read(batch(staff(Role.BUYER), shop, *lines, mode="per_line"))
    assert [told["applied"], [level["sku"] for level in told["stock"]]] == [1, ["milk"]]
    assert [(one["line"], one["sku"], one["applied"], one.get("code")) for one in told["results"]] == [
        (1, "milk", True, None),
        (2, "mikl", False, "unknown_sku"),
        (3, "rice", False, "not_there"),
    ]


def test_a_batch_for_each_line_is_also_done_once(shop: Shop):
    client = staff(Role.BUYER)
    answers = [batch(client, shop, receive("milk", 3), receive("mikl"), mode="per_line", key="d1") for _ in "12"]
    assert answers[0].content == answers[1].content
    assert shop.on_hand("milk") == 3


def test_a_batch_sets_when_skus_count_as_low(shop: Shop):
    shop.receive("rice", 2)
    low = [{"sku": "rice", "quantity": 7}, {"sku": "milk", "quantity": 2.5}]
    told = read(batch(staff(Role.BUYER), shop, low_stock_thresholds=low))
    assert [told["applied"], {one["sku"]: one["low_stock_threshold"] for one in told["stock"]}] == [
        2,
        {"milk": 2.5, "rice": 7},
    ]


def test_thresholds_that_cannot_be_set_are_numbered_on_after_the_lines(shop: Shop):
    low = [{"sku": "milk", "quantity": 2}, {"sku": "mikl", "quantity": 2}]
    told = read(batch(staff(Role.BUYER), shop, receive("milk"), low_stock_thresholds=low, mode="per_line"))
    assert [(one["line"], one["sku"], one["applied"]) for one in told["results"]] == [
        (1, "milk", True),
        (2, "milk", True),
        (3, "mikl", False),
    ]


@pytest.mark.parametrize(
    "low", [[{"sku": "milk", "quantity": -1}], [{"sku": "milk", "quantity": 1}, {"sku": "milk", "quantity": 2}]]
)
def test_thresholds_that_make_no_sense_are_refused_at_the_door(shop: Shop, low: list[dict[str, Any]]):
    assert batch(staff(Role.BUYER), shop, low_stock_thresholds=low).status_code == 422


@pytest.mark.parametrize("mode", ["all_or_nothing", "per_line"])
def test_a_thousand_lines_over_http_cost_as_many_statements_as_two(shop: Shop, mode: str):
    def statements(lines: int) -> int:
        said = [receive(f"sku{lines}-{number}" if mode == "per_line" else "milk") for number in range(lines)]
        with CaptureQueriesContext(connection) as ran:
            assert batch(client, shop, *said, mode=mode).status_code == 200
        return len(ran)

    client = staff(Role.BUYER)
    statements(1)
    assert statements(2) == statements(1000)
