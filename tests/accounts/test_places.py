"""Provinces and wards after 1 July 2025."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grocery.accounts import public as accounts
from grocery.accounts.models import Province, Ward
from grocery.kernel.errors import Invalid, NotFound
from tests.accounts.people import HA_NOI, HO_CHI_MINH_CITY, statements

pytestmark = pytest.mark.django_db
HEADER = "province_code,province,ward_code,ward\n"


def test_a_fresh_database_knows_the_places():
    assert (Province.objects.count(), Ward.objects.count()) == (34, 3321)


def test_provinces_come_by_name_in_both_languages():
    provinces = accounts.provinces()
    assert accounts.Province("79", "Thành phố Hồ Chí Minh", "Ho Chi Minh City") in provinces
    assert provinces[0].name == "Thành phố Cần Thơ"


def test_a_ward_knows_its_province():
    assert accounts.ward(ward_code="00004") == accounts.Ward(
        "00004", "Phường Ba Đình", "Ba Dinh Ward", HA_NOI, "Thành phố Hà Nội", "Hanoi City"
    )


@pytest.mark.parametrize("typed", ["Bến Thành", "ben thanh", "BẾN THÀNH", "bê\u0301n thành"])
def test_a_ward_is_found_however_it_is_typed(typed: str):
    found = accounts.wards(province_code=HO_CHI_MINH_CITY, called=typed)
    assert [ward.code for ward in found] == ["26743"]


def test_wards_stay_in_their_province():
    assert {ward.province_code for ward in accounts.wards(province_code=HA_NOI)} == {HA_NOI}
    assert accounts.wards(province_code=HA_NOI, called="Bến Thành") == []


def test_what_does_not_exist_is_not_found():
    with pytest.raises(NotFound):
        accounts.ward(ward_code="99999")
    with pytest.raises(NotFound):
        accounts.wards(province_code="00")


def test_the_wards_of_a_province_take_two_statements():
    with statements() as said:
        accounts.wards(province_code=HO_CHI_MINH_CITY)
    assert len(said) == 2


def test_loading_the_same_list_again_changes_nothing(capsys: pytest.CaptureFixture[str]):
    before = set(Ward.objects.values_list())
    call_command("load_addresses")
    assert capsys.readouterr().out == "34 provinces, 3321 wards; 0 wards are gone.\n"
    assert set(Ward.objects.values_list()) == before


def test_a_file_adds_corrects_and_marks_what_is_gone(tmp_path: Path):
    file = tmp_path / "places.csv"
    file.write_text(
        HEADER + "79,Thành phố Sài Gòn,26743,xã Bến Thành\n79,Thành phố Sài Gòn,00001,Đặc khu Cần Giờ\n", "utf-8-sig"
    )
    assert accounts.load_places(file=file) == accounts.Loaded(provinces=1, wards=2, vanished=3320)
    assert [(ward.name, ward.name_en) for ward in accounts.wards(province_code="79")] == [
        ("Đặc khu Cần Giờ", "Can Gio Special Zone"),
        ("Xã Bến Thành", "Ben Thanh Commune"),
    ]
    assert accounts.provinces() == [accounts.Province("79", "Thành phố Sài Gòn", "Sai Gon City")]
    assert Ward.objects.count() == 3322


def test_what_has_gone_can_come_back(tmp_path: Path):
    file = tmp_path / "places.csv"
    file.write_text(HEADER + "79,Thành phố Hồ Chí Minh,26743,Phường Bến Thành\n", "utf-8")
    accounts.load_places(file=file)
    accounts.load_places()
    assert (len(accounts.provinces()), Ward.objects.active().count()) == (34, 3321)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n", "The columns province, province_code, ward, ward_code are missing."),
        (HEADER, "There is no ward in it."),
        (HEADER + "79,Thành phố Hồ Chí Minh,26743,Phường Bến Thành\n7,x,1,y\n", "Line 3 is not a ward"),
        (HEADER + "79,Thành phố Hồ Chí Minh,26743,\n", "Line 2 is not a ward"),
        (HEADER + "79,Thành phố Hồ Chí Minh\n", "Line 2 is not a ward"),
        (HEADER + "７９,Thành phố Hồ Chí Minh,26743,Phường Bến Thành\n", "Line 2 is not a ward"),
        ("\udcff", "can't decode"),
    ],
)
def test_a_broken_file_is_named_and_changes_nothing(content: str, said: str, tmp_path: Path):
    file, before = tmp_path / "places.csv", set(Ward.objects.values_list())
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(CommandError, match="Nothing was loaded") as refused:
        call_command("load_addresses", file=file)
    assert said in str(refused.value)
    assert set(Ward.objects.values_list()) == before


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(CommandError, match=r"nowhere\.csv"):
        call_command("load_addresses", file=tmp_path / "nowhere.csv")


def test_a_name_that_no_column_holds_is_refused(tmp_path: Path):
    file = tmp_path / "places.csv"
    file.write_text(HEADER + f"79,{'x' * 101},26743,Phường Bến Thành\n", "utf-8")
    with pytest.raises(Invalid):
        accounts.load_places(file=file)


def test_our_list_and_the_one_of_july_2026_differ_where_known(july_list: Path):
    """Another reading of the same decrees: one code, and a province that became a city."""
    with july_list.open(encoding="utf-8", newline="") as lines:
        theirs = {row["ward_code"]: row for row in csv.DictReader(lines)}
    ours = {ward.pk: ward for ward in Ward.objects.select_related("province")}
    assert (len(theirs), set(ours) ^ set(theirs)) == (3321, {"06970", "06978"})  # both: Xã Ba Chẽ, Quảng Ninh
    shared = ours.keys() & theirs.keys()
    assert {code for code in shared if ours[code].province_id != theirs[code]["province_code"]} == set()
    renamed = {code for code in shared if ours[code].folded != accounts.folded(theirs[code]["ward"])}
    assert {theirs[code]["province"] for code in renamed} == {"Thành phố Đồng Nai"}  # a city since, with new wards
    cities = {
        theirs[code]["province"] for code in shared if ours[code].province.name[:2] != theirs[code]["province"][:2]
    }
    assert cities == {"Thành phố Đồng Nai"}


def test_the_list_of_july_2026_can_be_loaded(july_list: Path):
    assert accounts.load_places(file=july_list) == accounts.Loaded(provinces=34, wards=3321, vanished=1)
    assert accounts.ward(ward_code="26743").name_en == "Ben Thanh Ward"
    assert {province.name for province in accounts.provinces()} >= {"Thành phố Đồng Nai"}
