"""Search finds what people type, in two languages, with marks or without."""

from __future__ import annotations

import unicodedata

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grocery.catalog import public as catalog
from grocery.catalog.models import searching
from grocery.catalog.policies.folding import fold
from grocery.catalog.policies.input_methods import without_keys
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
        ("đà lạt cà chua", "tomato"),
        ("tieetj trùng", "milk"),
        ("ddường mía", "sugar"),
        ("du7o7ng2 mía", "sugar"),
        ("sữa tươi tiệt tùng", "milk"),
        ("sữa hạt hạnh nhân tươi", "milk"),
        ("0400000000015", "tomato"),
        ("00400000000015", "tomato"),
    ],
)
def test_a_product_is_found_by(dairy: Shop, typed: str, found: str):
    assert dairy.find(typed) == [found]


def test_the_longest_name_is_found_with_its_marks_written_apart(client: Client, shop: Shop):
    name = "Sữa tươi tiệt trùng nguyên chất không đường " * 4
    shop.product("long", name.strip())
    typed = unicodedata.normalize("NFD", name.strip())
    found = client.get("/api/v1/products", {"search": typed}).json()["products"]
    assert [product["sku"] for product in found] == ["long"]


def test_exact_marks_rank_before_folded_ones(dairy: Shop):
    """What `bò` means in English stands between."""
    assert (dairy.find("bơ"), dairy.find("bò")) == (["avocado", "beef"], ["beef", "tomato", "avocado"])


@pytest.mark.parametrize("typed", ["ca chau", "cà chuaa", "tomatoo", "tomtao", "avcado"])
def test_one_slip_is_forgiven(dairy: Shop, typed: str):
    assert len(dairy.find(typed)) == 1


def test_what_was_shown_instead_is_said_with_its_marks(dairy: Shop):
    assert dairy.page(search="ca chau").did_you_mean == "cà chua"


def test_an_english_plural_finds_the_singular_and_the_other_way_round(dairy: Shop):
    assert (dairy.find("tomatoes"), dairy.find("fillets")) == (["tomato"], ["beef"])


def test_hoa_with_either_school_of_tone_marks_is_the_same_word(shop: Shop):
    shop.product("coffee", "Cà phê hoà tan", name_en="Instant coffee")
    assert shop.find("hòa tan") == ["coffee"]


@pytest.mark.parametrize("typed", ["!!!", "' | & :*", "\\", "(((", "%_%", "' OR 1=1 --"])
def test_punctuation_is_no_query(dairy: Shop, typed: str):
    assert dairy.find(typed) == []


def test_all_words_must_be_there_where_anything_has_them_all(dairy: Shop):
    dairy.product("sweet", "Sữa đặc có đường", name_en="Sweetened condensed milk")
    assert dairy.find("sữa đường") == ["sweet"]


def test_else_the_words_that_say_most_are_answered_and_that_is_said(dairy: Shop):
    for number in range(3):
        dairy.product(f"tea-{number}", f"Trà sữa {number}", name_en=f"Milk tea {number}")
    page = dairy.page(search="bánh mía sữa")
    assert (page.did_you_mean, [card.sku for card in page.cards]) == ("mía", ["sugar"])


def test_what_is_called_exactly_so_comes_before_what_is_more_popular(shop: Shop):
    shop.product("candy", "Kẹo cà phê sữa", popularity=9)
    shop.product("coffee", "Cà phê sữa", popularity=1)
    shop.product("milky", "Sữa cà phê", popularity=2)
    assert shop.find("cà phê sữa") == ["milky", "coffee", "candy"]
    assert shop.find("ca phe sua")[2] == "candy"


def test_what_stands_in_a_category_called_so_comes_before_what_is_more_popular(shop: Shop):
    shop.category("cheeses", name_vi="Phô mai", name_en="Cheeses")
    shop.product("crackers", "Bánh vị phô mai", name_en="Cheese crackers", popularity=9)
    shop.product("edam", "Phô mai Edam", name_en="Edam cheese", category="cheeses")
    shop.product("brie", "Brie", name_en="Brie", category="cheeses", popularity=5)
    assert shop.find("phô mai") == shop.find("cheese") == ["edam", "crackers", "brie"]


def test_a_mark_agrees_with_that_of_the_category_too(shop: Shop):
    shop.category("seafood", name_vi="Hải sản", name_en="Seafood")
    shop.product("squid", "Mực ống", name_en="Squid", category="seafood", popularity=9)
    shop.product("cassava", "Củ sắn tươi", name_en="Cassava")
    assert (shop.find("sắn"), shop.find("sản"), shop.find("san")) == (
        ["cassava"],
        ["squid", "cassava"],
        ["cassava", "squid"],
    )


@pytest.mark.parametrize(
    ("typed", "found"),
    [("thịt lợn", ["pork"]), ("thit lon", ["pork"]), ("pork", ["pork"]), ("xì dầu", ["soy"]), ("soy sauce", ["soy"])],
)
def test_what_means_the_same_is_found_in_either_language(shop: Shop, typed: str, found: list[str]):
    shop.product("pork", "Thịt heo ba rọi")
    shop.product("soy", "Nước tương đậu nành")
    shop.product("tea", "Trà sữa")
    assert shop.find(typed) == found


@pytest.mark.parametrize("typed", ["fresh milk 1 litre", "fresh milk 1l", "sữa tươi 1 lít"])
def test_contents_are_understood_in_other_words_too(shop: Shop, typed: str):
    shop.product("large", "Sữa tươi 1L")
    shop.product("small", "Sữa tươi 180ml", popularity=9)
    assert shop.find(typed) == ["large"]


def test_what_was_typed_comes_before_what_means_the_same(shop: Shop):
    shop.product("south", "Thịt heo xay", popularity=9)
    shop.product("north", "Thịt lợn xay")
    assert (shop.find("thịt lợn"), shop.find("thịt heo")) == (["north", "south"], ["south", "north"])


def test_for_who_types_marks_what_means_the_same_comes_before_what_only_looks_like_it(shop: Shop):
    shop.product("tom-yum", "Canh Tom Yum", popularity=9)
    shop.product("shrimps", "Frozen shrimps")
    assert (shop.find("tôm"), shop.find("tom")) == (["shrimps", "tom-yum"], ["tom-yum", "shrimps"])


@pytest.mark.parametrize("typed", ["sữa 1l", "sua 1 lit", "milk 1 litre", "SỮA 1 LÍT", "1L sữa"])
def test_contents_are_the_same_however_they_are_written(shop: Shop, typed: str):
    shop.product("small", "Sữa tươi 180 ml", name_en="Fresh milk 180ml", popularity=9)
    shop.product("large", "Sữa tươi 1 lít", name_en="Fresh milk 1 liter")
    assert shop.find(typed) == ["large"]


def test_a_search_can_be_narrowed(dairy: Shop):
    dairy.category("meat")
    dairy.product("mince", "Bò xay", name_en="Minced beef", category="meat")
    assert dairy.skus(search="bo", category="meat") == ["mince"]


def test_a_search_can_be_sorted_otherwise(dairy: Shop):
    dairy.product("mince", "Bò xay", name_en="Minced beef", price=5)
    assert dairy.skus(search="bò", sort=catalog.Sort.PRICE)[0] == "mince"


def test_pages_of_a_search_follow_one_another(dairy: Shop):
    everything = dairy.find("b")
    pages = [dairy.skus(search="b", limit=1, offset=offset) for offset in range(len(everything))]
    assert [sku for page in pages for sku in page] == everything


def test_a_tag_is_found(dairy: Shop):
    dairy.product("kale", "Cải xoăn", name_en="Kale", tags=("vietgap",))
    assert dairy.find("vietgap") == ["kale"]


def test_suggestions_are_phrases_categories_and_products(dairy: Shop):
    dairy.product("cherry", "Cà chua bi", name_en="Cherry tomatoes")
    found = catalog.suggest(query="ca ch", store_id=dairy.store.id, limit=3)
    assert (found.phrases, [hit.products for hit in found.categories], sorted(card.sku for card in found.cards)) == (
        ("cà chua", "cà chua beef", "cà chua bi"),
        [2],
        ["cherry", "tomato"],
    )


def test_suggestions_forgive_a_slip(dairy: Shop):
    assert catalog.suggest(query="ca chau", store_id=dairy.store.id).did_you_mean == "cà chua"


WORDS = [
    "sữa",
    "sửa",
    "sứa",
    "sua",
    "bò",
    "bơ",
    "bó",
    "bo",
    "đường",
    "dương",
    "duong",
    "cá",
    "cà",
    "ca",
    "cam",
    "canh",
]


@given(
    names=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), min_size=1, max_size=8), data=st.data()
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_an_exact_mark_never_ranks_below_a_folded_one(shop: Shop, names: list[list[str]], data: st.DataObject):
    query = data.draw(st.sampled_from(WORDS))
    with transaction.atomic():
        for number, name in enumerate(names):
            popularity = data.draw(st.integers(0, 9))
            shop.product(f"p{number}", " ".join(name), popularity=popularity)
        found = shop.find(query)
        transaction.set_rollback(True)
    exact = [query in names[int(sku[1:])] for sku in found]
    assert exact == sorted(exact, reverse=True)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00", max_codepoint=0x1EFF), max_size=40))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_query_is_too_strange(db: None, text: str):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public.catalog_exact_query(%s, true)::text, public.catalog_folded_query(%s, true)::text,"
            " public.catalog_folded_vector(%s, %s, '{}') IS NULL",
            [text, text, text, text],
        )
        assert cursor.fetchone()[2] is False


@given(st.text("aàáảãạăằâầđĐeéêếiíoòôốơờuùưừyỳ bcmnst1 lgrk", max_size=30))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_python_folds_vietnamese_as_the_database_does(db: None, text: str):
    assert searching.typed(text)[0].folded == fold(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("suwax", "sua"), ("su74a", "sua"), ("nuwowcs", "nuoc"), ("dduwowngf", "duong"), ("d9u7o7ng2", "duong")]
    + [("hoopj", "hop"), ("thijt", "thit"), ("trungws", "trung"), ("banhs", "banh")],
)
def test_keys_of_an_input_method_that_is_off_are_taken_out(typed: str, meant: str):
    assert meant in without_keys(typed)


@pytest.mark.parametrize("typed", ["", "7", "300g", "tea"])
def test_what_has_no_keys_stays(typed: str):
    assert without_keys(typed) == set()
