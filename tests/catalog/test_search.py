"""Search finds what people type, in two languages, with marks or without."""

from __future__ import annotations

import unicodedata

import pytest

from tests.catalog.conftest import Shop


@pytest.fixture
def dairy(shop: Shop) -> Shop:
    shop.product("milk", "Sữa tươi tiệt trùng", name_en="Fresh UHT milk")
    shop.product("sugar", "Đường mía", name_en="Cane sugar")
    shop.product("beef", "Bò phi lê", name_en="Beef fillet")
    shop.product("avocado", "Bơ 034", name_en="Avocado 034")
    shop.product("tomato", "Cà chua beef Đà Lạt", name_en="Beef tomatoes, Đà Lạt", gtin="0400000000015")
    return shop


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("sữa", "milk"),
        ("sua", "milk"),
        ("SUA TUOI", "milk"),
        ("đường", "sugar"),
        ("duong", "sugar"),
        ("đuong", "sugar"),
        (unicodedata.normalize("NFD", "Đường mía"), "sugar"),
        ("sữa tư", "milk"),
        ("tomato", "tomato"),
        ("avocados", "avocado"),
        ("TOMATO", "tomato"),
        ("0400000000015", "tomato"),
        ("00400000000015", "tomato"),
    ],
)
def test_a_product_is_found_by(dairy: Shop, typed: str, found: str):
    assert dairy.find(typed) == [found]


def test_exact_marks_rank_before_folded_ones(dairy: Shop):
    assert (dairy.find("bơ"), dairy.find("bò")) == (["avocado", "beef"], ["beef", "avocado"])


@pytest.mark.parametrize("typed", ["ca chau", "cà chuaa", "tomatoo", "tomtao", "avcado"])
def test_one_slip_is_forgiven(dairy: Shop, typed: str):
    assert len(dairy.find(typed)) == 1


def test_what_was_shown_instead_is_said_with_its_marks(dairy: Shop):
    assert dairy.page(search="ca chau").did_you_mean == "cà chua"
