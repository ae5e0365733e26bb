"""Provinces and wards: looking them up, and loading the official list."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from django.db import transaction

from grocery.accounts import contracts
from grocery.accounts.contracts import Division, Loaded
from grocery.accounts.models import Province, Ward
from grocery.accounts.policies import english_place, folded, one_line
from grocery.kernel.errors import Invalid, NotFound

COLUMNS: Final = ("province_code", "province", "ward_code", "ward")
_PROVINCE_CODE: Final = re.compile("[0-9]{2}")
_WARD_CODE: Final = re.compile("[0-9]{5}")


def provinces() -> list[contracts.Province]:
    return [row.as_province() for row in Province.objects.active()]


def wards(*, province_code: str, called: str) -> list[contracts.Ward]:
    if not Province.objects.active().coded(province_code).exists():
        raise NotFound("province", province_code)
    rows = Ward.objects.active().in_province(province_code).called(folded(called)).select_related("province")
    return [row.as_ward() for row in rows]


def ward(*, ward_code: str) -> contracts.Ward:
    row = Ward.objects.coded(ward_code).select_related("province").first()
    if row is None:
        raise NotFound("ward", ward_code)
    return row.as_ward()


def load_missing_places() -> None:
    """Give a fresh database the list that comes with us; an existing one is left alone."""
    if not Ward.objects.exists():
        load_places(published_places())


def published_places() -> Iterator[Division]:
    """The list of the package `vietnam-provinces`, after the General Statistics Office."""
    from vietnam_provinces import (
        NESTED_DIVISIONS_JSON_PATH,
    )  # loads megabytes of enumerations: only when needed

    for province in json.loads(NESTED_DIVISIONS_JSON_PATH.read_text(encoding="utf-8")):
        for ward in province["wards"]:
            yield Division(f"{province['code']:02}", province["name"], f"{ward['code']:05}", ward["name"])


def places_in_file(path: Path) -> Iterator[Division]:
    """The rows of a CSV with at least the columns of `COLUMNS`. Raises Invalid that names the line."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if missing := set(COLUMNS) - set(rows.fieldnames or ()):
            names = ", ".join(sorted(missing))
            raise Invalid("file", f"The columns {names} are missing.", f"Thiếu các cột {names}.")
        try:
            for row in rows:
                yield _division(row, rows.line_num)
        except csv.Error:
            raise _broken(rows.line_num) from None


def _division(row: dict[str, str | None], line: int) -> Division:
    province_code, province, ward_code, ward = ((row[column] or "").strip() for column in COLUMNS)
    if not (_PROVINCE_CODE.fullmatch(province_code) and _WARD_CODE.fullmatch(ward_code) and province and ward):
        raise _broken(line)
    english = ((row.get(column) or "").strip() for column in ("province_en", "ward_en"))
    return Division(province_code, province, ward_code, ward, *english)


def _broken(line: int) -> Invalid:
    return Invalid(
        "file", f"Line {line} is not a ward with its province.", f"Dòng {line} không phải là một phường, xã."
    )


@transaction.atomic
def load_places(divisions: Iterable[Division]) -> Loaded:
    """Add what is new, correct what has changed, mark what has vanished; twice the same is once."""
    provinces: dict[str, Province] = {}
    wards: dict[str, Ward] = {}
    for division in divisions:
        if division.province_code not in provinces:
            names = _names(division.province, division.province_en)
            provinces[division.province_code] = Province(code=division.province_code, **names)
        wards[division.ward_code] = Ward(
            code=division.ward_code,
            province_id=division.province_code,
            **_names(division.ward, division.ward_en),
        )
    if not wards:
        raise Invalid("file", "There is no ward in it.", "Không có phường, xã nào.")
    told = ["name", "name_en", "folded", "is_active"]
    Province.objects.bulk_create(
        provinces.values(), update_conflicts=True, unique_fields=["code"], update_fields=told
    )
    Ward.objects.bulk_create(
        wards.values(), update_conflicts=True, unique_fields=["code"], update_fields=[*told, "province"]
    )
    Province.objects.all().vanish_unless(provinces)
    return Loaded(len(provinces), len(wards), Ward.objects.all().vanish_unless(wards))


def _names(name: str, english: str) -> dict[str, str]:
    name = one_line(name[:1].upper() + name[1:], field="name", longest=100)
    english = one_line(english or english_place(name), field="name_en", longest=100)
    return {"name": name, "name_en": english, "folded": folded(name)}
