"""Imports in the admin and over the API: the same jobs, the same answers."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.catalog.models import ImportJob, Product
from grocery.kernel import clock
from tests.catalog.conftest import Shop

UPLOAD = "/admin/catalog/importjob/upload/"
ROWS = (
    "sku,name_en,name_vi,category,price\nT1,Kale,Cải xoăn,vegetables,9500\nT2,Leek,Tỏi tây,vegetables,-5\n".encode()
)


def staff(role: str) -> Any:
    made = accounts.create_staff(
        email=f"{role}@example.com", password="x" * 12, name=role, roles=[accounts.Role(role)]
    )
    return get_user_model().objects.get(pk=made.id)


@pytest.fixture
def buyer(shop: Shop, client: Client) -> Client:
    client.force_login(staff("buyer"))
    return client


def post(client: Client, content: bytes = ROWS, **fields: Any) -> Any:
    file = SimpleUploadedFile("tet.csv", content)
    return client.post(UPLOAD, {"file": file, "profile": "grocery", "key": uuid4().hex, **fields})


def bring(client: Client, content: bytes = ROWS) -> Any:
    """Send the form and look at the page that follows, or at the form with what is wrong."""
    answer = post(client, content)
    return client.get(answer["Location"]) if answer.status_code == 302 else answer


def work() -> None:
    catalog.work_on_imports(clock=clock.now)


def the_page(client: Client) -> Any:
    return client.get(f"/admin/catalog/importjob/{ImportJob.objects.get().id}/change/")


# --- the admin --------------------------------------------------------------------------------------------------
def test_a_file_is_brought_looked_at_and_taken_in(buyer: Client, shop: Shop):
    shop.product("T1", "Cải xoăn", name_en="Kale", price=9000)
    waiting = bring(buyer)
    work()
    seen = the_page(buyer)
    untouched = Product.objects.get().price
    buyer.post(seen.request["PATH_INFO"], {"do": "continue"})
    work()
    assert ('http-equiv="refresh"' in waiting.text, 'http-equiv="refresh"' in seen.text) == (True, False)
    assert ("<del>9000</del> → <ins>9500</ins>" in seen.text, "invalid_price" in seen.text) == (True, True)
    assert (untouched, Product.objects.get().price) == (9000, 9500)


def test_a_form_that_is_sent_twice_is_one_import(buyer: Client):
    key = uuid4().hex
    sent = [post(buyer, key=key) for _turn in range(2)]
    assert (sent[0]["Location"] == sent[1]["Location"], ImportJob.objects.count()) == (True, 1)


def test_rejected_rows_are_downloaded(buyer: Client):
    bring(buyer)
    work()
    answer = buyer.get(f"/admin/catalog/importjob/{ImportJob.objects.get().id}/rejects.csv")
    assert answer.getvalue().decode("utf-8-sig").splitlines()[1].startswith("3,T2,invalid_price,price,")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7", "không phải CSV hay bảng tính"),
        (b"sku,name_en\n", "Tệp thiếu các cột"),
        (b"PK\x03\x04 is no archive", "Không đọc được bảng tính"),
    ],
)
def test_what_cannot_be_read_is_said_at_once_and_nothing_is_kept(buyer: Client, content: bytes, said: str):
    answer = bring(buyer, content)
    assert (said in answer.text, ImportJob.objects.count()) == (True, 0)


def test_a_file_that_is_too_large_is_refused(buyer: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(catalog, "LARGEST_UPLOAD", 10)
    assert ("Tệp tải lên tối đa" in bring(buyer).text, ImportJob.objects.count()) == (True, 0)


def test_whoever_only_looks_takes_nothing_in(client: Client, shop: Shop):
    client.force_login(staff("picker"))
    assert (bring(client).status_code, client.get("/admin/catalog/importjob/").status_code) == (403, 200)


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_of_imports_asks_as_often_for_many_as_for_one(
    buyer: Client, many: int, django_assert_num_queries: Any
):
    for _turn in range(many):
        bring(buyer)
    with django_assert_num_queries(6):
        buyer.get("/admin/catalog/importjob/")


# --- the API ----------------------------------------------------------------------------------------------------
class Api:
    def __init__(self, person: Any) -> None:
        token = accounts.issue_tokens(customer_id=accounts.CustomerId(person.pk), now=clock.now()).access_token
        self.headers = {"Authorization": f"Bearer {token}"}

    def send(self, content: bytes = ROWS, query: str = "name=tet.csv", key: str = "") -> Any:
        headers = {**self.headers, "Idempotency-Key": key or str(uuid4())}
        return Client().generic("POST", f"/api/v1/imports?{query}", content, "text/csv", headers=headers)

    def post(self, path: str) -> Any:
        return Client().post(f"/api/v1{path}", headers={**self.headers, "Idempotency-Key": str(uuid4())})

    def get(self, path: str) -> Any:
        return Client().get(f"/api/v1{path}", headers=self.headers)


@pytest.fixture
def api(shop: Shop) -> Api:
    return Api(staff("buyer"))


def test_a_file_is_sent_asked_after_and_taken_in(api: Api):
    sent = api.send()
    job = f"/imports/{sent.json()['id']}"
    work()
    seen, new = api.get(job).json(), api.get(f"{job}/differences?kind=new").json()["differences"]
    continued = api.post(f"{job}/continue")
    work()
    done = api.get(job).json()
    assert (sent.status_code, seen["state"], seen["new"], new[0]["sku"]) == (202, "seen", 1, "T1")
    assert (continued.status_code, done["state"], done["reasons"], done["share"]) == (
        *(202, "done", {"invalid_price": 1}, 1.0),
    )
    assert "3,T2,invalid_price,price," in api.get(f"{job}/rejects").getvalue().decode()
    assert [one["id"] for one in api.get("/imports").json()["imports"]] == [sent.json()["id"]]


def test_the_same_request_again_is_the_same_import(api: Api):
    first, again, other = api.send(key="k" * 9), api.send(key="k" * 9), api.send(ROWS + b"\n", key="k" * 9)
    assert (first.json()["id"] == again.json()["id"], other.status_code, ImportJob.objects.count()) == (True, 422, 1)


@pytest.mark.parametrize(
    ("content", "query", "status", "code"),
    [
        (b"", "", 422, "not_a_table"),
        (b"sku\n", "", 422, "wrong_header"),
        (b"PK\x03\x04", "", 422, "not_a_spreadsheet"),
        (ROWS, "profile=nothing", 422, "unknown_profile"),
        (b"product_id,product_name,aisle_id,department_id\n", "profile=instacart", 422, "missing_file"),
        (ROWS, "default_price=0", 422, "invalid"),
    ],
)
def test_what_cannot_be_imported_is_refused_at_once(api: Api, content: bytes, query: str, status: int, code: str):
    answer = api.send(content, query)
    assert (answer.status_code, answer.json()["code"], ImportJob.objects.count()) == (status, code, 0)


def test_a_body_that_is_too_large_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(catalog, "LARGEST_UPLOAD", 10)
    assert (api.send().status_code, api.send().json()["code"]) == (413, "file_too_large")


def test_what_is_at_work_can_be_stopped_once(api: Api):
    job = f"/imports/{api.send().json()['id']}"
    assert [api.post(f"{job}/stop").status_code for _turn in range(2)] == [200, 409]


def test_an_import_that_is_not_there_is_not_found(api: Api):
    assert {api.get(f"/imports/{uuid4()}{rest}").status_code for rest in ("", "/differences", "/rejects")} == {404}
