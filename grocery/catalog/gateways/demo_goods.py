"""Reads the demo catalogue's raw material, `demo/goods.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from grocery.catalog.contracts import CategoryDraft, Tint
from grocery.catalog.policies import vat
from grocery.catalog.policies.demo import Good, Mark, Name

_GOODS: Final = Path(__file__).resolve().parents[1] / "demo" / "goods.toml"
_PLAIN: Final = Mark(Name("", ""), "", Decimal(1))
_RAISED: Final = (
    _PLAIN,
    Mark(Name("không kháng sinh", "antibiotic-free"), "antibiotic_free", Decimal("1.2")),
    Mark(Name("hữu cơ", "organic"), "organic", Decimal("1.6")),
)


def read_goods() -> tuple[list[Good], list[CategoryDraft]]:
    """The goods, and the categories that they stand in, departments first."""
    raw = tomllib.loads(_GOODS.read_text(encoding="utf-8"))
    goods = list(_goods(raw))
    departments = [_category(department, None) for department in raw["department"]]
    aisles = {good.category.slug: good.category for good in goods}
    return goods, [*departments, *aisles.values()]


def _goods(raw: Mapping[str, Any]) -> Iterator[Good]:
    grown = tuple(Mark(Name(vi, en), tag, Decimal(str(factor))) for vi, en, tag, factor in raw["standards"])
    number = 0
    for department in raw["department"]:
        for aisle in department["category"]:
            # What an aisle does not say, its department does.
            values = {"brands": raw["brands"], **department, **aisle}
            category = _category(aisle, department)
            for line in aisle["goods"]:
                number += 1
                yield _good(number, line, values, category, grown, raw["farms"])


def _category(values: Mapping[str, Any], department: Mapping[str, Any] | None) -> CategoryDraft:
    return CategoryDraft(
        slug=values["slug"],
        name_en=values["en"],
        name_vi=values["vi"],
        parent=department["slug"] if department else None,
        tint=Tint((department or values)["tint"]),
        image=f"food/{values['image']}.svg",
    )


def _good(
    number: int,
    line: str,
    values: Mapping[str, Any],
    category: CategoryDraft,
    grown: tuple[Mark, ...],
    farms: list[str],
) -> Good:
    vi, en, image, price, varieties, origins, options = (cell.strip() for cell in line.split("|"))
    own = dict(option.split("=", 1) for option in options.split())
    kind = values["kind"]
    makers = {"fresh": origins.split(",") if origins else values.get("origins", []), "counter": farms}
    return Good(
        number=number,
        code=values["code"],
        kind=kind,
        category=category,
        name=Name(vi, en),
        image=image,
        price=int(price),
        varieties=tuple(_variety(one.strip()) for one in varieties.split(",")),
        makers=tuple(maker.strip() for maker in makers.get(kind, values["brands"])),
        marks={"fresh": grown, "counter": _RAISED}.get(kind, (_PLAIN,)),
        packs=tuple(own["packs"].split("+")) if "packs" in own else tuple(values["packs"]),
        days=int(own.get("days", values["days"])),
        vat_group=vat.MEANT[Decimal(own.get("vat", values["vat"]))],
        dietary=tuple(filter(None, own["diet"].split("+"))) if "diet" in own else tuple(values["diet"]),
        contains=tuple(filter(None, own["contains"].split("+"))) if "contains" in own else tuple(values["contains"]),
        tags=tuple(filter(None, own.get("tags", "").split("+"))),
        keeping=Name(values["keep_vi"], values["keep_en"]),
    )


def _variety(text: str) -> Name:
    if text == "-":
        return Name("", "")
    vi, _equals, en = text.partition("=")
    return Name(vi, en or vi)
