"""The catalogue as a file: what is given out, taken in again, changes nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.catalog.models import Product
from grocery.catalog.policies import exporting, nutrition
from grocery.catalog.policies.formulas import guarded, unguarded
from grocery.catalog.public import ExportForm
from grocery.kernel import clock
from grocery.kernel.errors import NotFound
from tests.catalog.conftest import NOON, Shop

_letters = st.characters(exclude_categories=["Cc", "Cs", "Cn"])
_words = st.text(_letters, min_size=1, max_size=30)
_names = st.one_of(_words, st.sampled_from(["=1+1", "'=1", "''@x", "-5", "+84", "'x", "00123", "TRUE", "_x0041_"]))
_described = st.one_of(_names, st.text(st.one_of(_letters, st.sampled_from("\n\r\t\"',;")), max_size=40))
_drafts = st.fixed_dictionaries(
    {
        "name_vi": _names.filter(str.strip),
        "name_en": _names.filter(str.strip),
        "description_vi": _described,
        "price": st.one_of(st.none(), st.integers(1, 10**9)),
        "tags": st.lists(st.sampled_from(["a", "b-1", "0"]), max_size=3).map(tuple),
        "allergens": st.sampled_from([None, (), ("milk",), ("milk", "soy")]),
        "piece_weight": st.sampled_from([None, Decimal("0.35"), Decimal("1.500")]),
        "net": st.sampled_from([None, (Decimal("0.125"), "g"), (Decimal(900), "ml")]),
        "min_freshness_days": st.sampled_from([None, 0, 7]),
        "popularity": st.integers(0, 10**6),
        "gtin": st.sampled_from(["", "73513537", "4006381333931"]),
    }
)  # fmt: skip


def drafted(sku: str, chosen: dict[str, Any]) -> catalog.ProductDraft:
    told = dict(chosen)
    net, weight = told.pop("net"), told["piece_weight"]
    return catalog.ProductDraft(
        sku=sku,
        category="vegetables",
        active=told["price"] is not None,
        unit=catalog.Unit.KG if weight else catalog.Unit.PIECE,
        net_content=net and net[0],
        net_unit=net and catalog.NetUnit(net[1]),
        perishable=told["min_freshness_days"] is not None,
        **told,
    )


def written(folder: Path, form: ExportForm, **which: Any) -> Path:
    path = folder / f"out.{form}"
    path.write_bytes(b"".join(catalog.export_products(form=form, **which)))
    return path


def rows(folder: Path, **which: Any) -> Iterator[dict[str, str]]:
    text = written(folder, ExportForm.CSV, **which).read_text(encoding="utf-8-sig")
    return csv.DictReader(io.StringIO(text))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=_drafts)
@example(chosen={"name_vi": "=1+1", "name_en": "'=1", "description_vi": "@a\r\n'b\n", "price": None, "tags": (),
    "allergens": (), "piece_weight": Decimal("0.35"), "net": (Decimal("0.125"), "g"), "min_freshness_days": 0,
    "popularity": 0, "gtin": "73513537"})  # fmt: skip
def test_what_is_given_out_and_taken_in_again_changes_nothing(shop: Shop, tmp_path: Path, chosen: dict[str, Any]):
    with transaction.atomic():
        catalog.save_product(draft=drafted("T1", chosen), now=NOON)
        done = [
            catalog.import_products(path=written(tmp_path, form), profile="grocery", clock=lambda: NOON)
            for form in ExportForm
        ]
        transaction.set_rollback(True)
    assert [(one.unchanged, one.changed, one.new, one.reasons) for one in done] == [(1, 0, 0, {})] * 2


@pytest.mark.parametrize("form", list(ExportForm))
def test_an_empty_shop_takes_in_the_very_products_that_were_given_out(shop: Shop, tmp_path: Path, form: ExportForm):
    shop.product("T1", "=cà", gtin="73513537", allergens=(), tags=("x",), brand="Vinamilk", description_en="a\nb")
    parts = {"energy_kcal": "61", "fat": "3.25", "carbohydrate": "5", "protein": "3", "sodium_mg": "1"}
    label = nutrition.told("g", {name: Decimal(amount) for name, amount in parts.items()})
    region = {"origin_country": "VN", "origin_region_vi": "Đà Lạt", "origin_region_en": "Dalat"}
    shop.product("T3", "Sữa", nutrition=label, storage=catalog.Storage.CHILLED, family="milk", **region)
    shop.product("T2", "Bò", unit=catalog.Unit.KG, piece_weight=Decimal("0.35"), price=None, active=False)
    columns = [name for name in exporting.COLUMNS if name != "category"]
    before, file = list(rows(tmp_path)), written(tmp_path, form)
    Product.objects.all().delete()
    catalog.import_products(path=file, profile="grocery", clock=lambda: NOON)
    assert (len(before), [row["name_vi"] for row in before], list(rows(tmp_path)) == before, len(columns) > 20) == (
        *(3, ["'=cà", "Bò", "Sữa"], True, True),
    )


def test_every_word_of_a_draft_is_a_column_that_is_given_out():
    said = {field.name for field in fields(catalog.ProductDraft)} - {"untranslated", "nutrition"}
    assert said - set(exporting.COLUMNS) == set()


@given(cell=st.one_of(_names, st.text()))
def test_a_mark_is_taken_off_again_and_nothing_marked_is_a_formula(cell: str):
    assert (unguarded(guarded(cell)), guarded(cell)[:1] in {"=", "+", "-", "@", "\t", "\r"}) == (cell, False)


def test_a_category_is_given_out_with_what_is_below_it(shop: Shop, tmp_path: Path):
    shop.category("food")
    shop.category("fruit", parent="food")
    for sku, category in (("T1", "food"), ("T2", "fruit"), ("T3", "vegetables")):
        shop.product(sku, category=category)
    assert [row["sku"] for row in rows(tmp_path, category="food")] == ["T1", "T2"]
    with pytest.raises(NotFound):
        catalog.export_products(form=ExportForm.CSV, category="toys")


def test_nothing_is_missed_between_two_batches(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grocery.catalog.services.export_products._BATCH", 2)
    skus = [shop.product(f"T{number}") for number in range(5)]
    assert [row["sku"] for row in rows(tmp_path)] == skus
    assert [row["sku"] for row in rows(tmp_path, skus=[*skus[1:], "nothing"])] == skus[1:]


# --- command line, admin, API -----------------------------------------------------------------------------------
def test_the_command_writes_what_the_name_of_the_file_says(shop: Shop, tmp_path: Path):
    shop.product("T1")
    for name in ("out.csv", "out.xlsx"):
        call_command("export_products", str(tmp_path / name))
        call_command("import_products", str(tmp_path / name), "--profile=grocery", stdout=io.StringIO())
    with pytest.raises(CommandError, match=r"\.csv or \.xlsx"):
        call_command("export_products", str(tmp_path / "out.pdf"))


@pytest.fixture
def buyer(shop: Shop) -> Any:
    made = accounts.create_staff(
        email="b@example.com", password="x" * 12, name="b", roles=[accounts.Role.BUYER], store_id=shop.store.id
    )
    return get_user_model().objects.get(pk=made.id)


def test_staff_give_out_what_the_filters_of_the_list_leave(shop: Shop, buyer: Any, client: Client):
    shop.product("T1")
    shop.product("T2", active=False)
    client.force_login(buyer)
    ticked = {"action": "export_csv", "_selected_action": ["T1"], "select_across": "1"}
    answer: Any = client.post("/admin/catalog/product/?is_active__exact=0", ticked)
    assert [row["sku"] for row in csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))] == ["T2"]


@pytest.mark.parametrize(("query", "status"), [("?form=xlsx", 200), ("?category=toys", 404), ("?form=pdf", 422)])
def test_the_api_gives_out_a_file(shop: Shop, buyer: Any, query: str, status: int):
    token = accounts.issue_tokens(customer_id=accounts.CustomerId(buyer.pk), now=clock.now()).access_token
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    answer: Any = Client().get(f"/api/v1/exports/products{query}", headers=headers)
    assert (answer.status_code, answer.streaming) == (status, status == 200)
    assert not answer.streaming or answer.getvalue().startswith(b"PK")
