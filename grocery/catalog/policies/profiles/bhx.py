"""A Vietnamese supermarket's shelf: names with marks, prices in đồng, two levels of categories; no English names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Final

from grocery.catalog.contracts import CategoryDraft, NetUnit, ProductDraft, Tint
from grocery.catalog.policies.profiles.profile import Companions, Profile, ReadRow, Row, text, whole
from grocery.catalog.policies.slugs import slug

_DEPARTMENTS: Final[dict[str, tuple[Tint, str, int | None]]] = {
    "Rau, củ, nấm, trái cây": (Tint.LEAF, "food/leafy-green.svg", 3),
    "Thịt, cá, trứng, hải sản": (Tint.ROSE, "food/cut-of-meat.svg", 2),
    "Thực phẩm đông mát": (Tint.SKY, "food/fish-cake-with-swirl.svg", 7),
    "Kem, sữa chua": (Tint.SKY, "food/glass-of-milk.svg", 7),
    "Sữa các loại": (Tint.SKY, "food/glass-of-milk.svg", None),
    "Bia, nước giải khát": (Tint.SUN, "food/beverage-box.svg", None),
    "Gạo, bột, đồ khô": (Tint.SAND, "food/cooked-rice.svg", None),
    "Mì, miến, cháo, phở": (Tint.SAND, "food/steaming-bowl.svg", None),
    "Chăm sóc cá nhân": (Tint.LILAC, "food/roll-of-paper.svg", None),
    "Vệ sinh nhà cửa": (Tint.LILAC, "food/roll-of-paper.svg", None),
    "Đồ dùng gia đình": (Tint.LILAC, "food/roll-of-paper.svg", None),
    "Sản phẩm mẹ và bé": (Tint.LILAC, "food/roll-of-paper.svg", None),
}
_OTHER: Final = (Tint.SAND, "food/steaming-bowl.svg", None)

_MEASURE: Final = re.compile(r"(?<![\d.,-])(\d+(?:[.,]\d+)?)\s*(kg|gram|gr|g|ml|lít|l)(?![\w-])", re.IGNORECASE)
_COUNT: Final = re.compile(r"(?<![\d.,x-])(\d+)\s+(?:quả|miếng|cái|chiếc|cuộn|tờ)\b", re.IGNORECASE)
#: "Thùng 48 hộp …": so many packs of what the name goes on to measure.
_PACKS: Final = re.compile(
    r"(?:thùng|lốc|combo|hộp|vỉ|bịch)\s+(\d+)\s+(?:hộp|lon|chai|gói|túi|bịch|hũ|ly|lọ)\b", re.I
)
_GRAMS: Final = {"kg": 1000, "g": 1, "gr": 1, "gram": 1}
_MILLILITRES: Final = {"l": 1000, "lít": 1000, "ml": 1}


def net_content(name: str) -> tuple[Decimal, NetUnit] | None:
    """What the name says is in the pack; None where it says nothing, a range, or several things.

    `Thùng 48 hộp sữa 180ml` holds 8,640 ml.
    """
    measures = {(amount.replace(",", "."), unit.lower()) for amount, unit in _MEASURE.findall(name)}
    packs = int(match[1]) if (match := _PACKS.match(name)) else 1
    if len(measures) == 1:
        ((amount, unit),) = measures
        content = Decimal(amount) * packs
        if unit in _GRAMS:
            return _positive(content * _GRAMS[unit], NetUnit.G)
        return _positive(content * _MILLILITRES[unit], NetUnit.ML)
    counts = set(_COUNT.findall(name))
    if not measures and len(counts) == 1:
        return _positive(Decimal(counts.pop()) * packs, NetUnit.PIECE)
    return None


def _positive(content: Decimal, unit: NetUnit) -> tuple[Decimal, NetUnit] | None:
    return (content, unit) if 0 < content <= 1_000_000 else None


def _reader(companions: Companions, default_price: int | None) -> ReadRow:  # noqa: ARG001 - the sheet stands alone
    def read(row: Row) -> tuple[ProductDraft, tuple[CategoryDraft, ...]]:
        name, department = text(row, "name"), text(row, "category_main")
        tint, image, fresh = _DEPARTMENTS.get(department, _OTHER)
        trail = _trail(department, text(row, "category_sub"), tint, image)
        price = whole(row, "price_vnd")
        content = net_content(name)
        draft = ProductDraft(
            sku=text(row, "id"),
            name_en=name,
            name_vi=name,
            untranslated="en",
            category=trail[-1].slug,
            price=default_price if price is None else price,
            net_content=content[0] if content else None,
            net_unit=content[1] if content else None,
            perishable=fresh is not None,
            min_freshness_days=fresh,
            image=image,
        )
        return draft, trail

    return read


@cache
def _trail(department: str, aisle: str, tint: Tint, image: str) -> tuple[CategoryDraft, ...]:
    top = f"bhx-{slug(department)}"
    return (
        CategoryDraft(slug=top, name_en=department, name_vi=department, tint=tint, image=image),
        CategoryDraft(
            slug=f"{top}-{slug(aisle)}"[:80], name_en=aisle, name_vi=aisle, parent=top, tint=tint, image=image
        ),
    )


def _sets(header: Iterable[str], default_price: int | None) -> tuple[str, ...]:  # noqa: ARG001 - the columns are fixed
    """English names that staff have given since stay."""
    return ("name_vi", "category", "price", "net_content", "net_unit", "perishable", "min_freshness_days", "image")


BHX = Profile(
    name="bhx",
    about="a Vietnamese supermarket's shelf with prices",
    needs=("id", "name", "category_main", "category_sub", "price_vnd"),
    reader=_reader,
    sets=_sets,
)
