"""Our own columns, for shops that keep their catalogue in a sheet.

    sku, name_en, name_vi, category, price      must be there; `category` is the slug of one that exists
    unit, step                                  piece (default), kg or l; step 1, for weighed goods such as 0.1
    piece_weight                                0.35 kg each, about: ordered by the piece, paid by weight
    net_content, net_unit                       500 and g, 950 and ml, 10 and piece
    perishable, min_freshness_days              1 or 0, and the days of life promised at the door
    dietary, tags                               words with a blank between them
    allergens                                   the same; `none` where it has none of the 14, empty: not known
    max_per_order                               the most that one order may hold; 999 where the cell is empty
    vat_group, vat_rate                         a group's code; or 5, 8, 10 or 0, each of which stands for one
    brand                                       its name; one that is new is made
    family                                      one code for all packs of the same thing
    storage                                     ambient, chilled or frozen
    origin_country                              VN; beside it origin_region_en and origin_region_vi
    nutrition_per                               g or ml: what 100 of them have, by energy_kj or energy_kcal, fat,
                                                saturates, carbohydrate, sugars, fibre, protein (g), salt (g) or
                                                sodium_mg; of saturates, sugars and fibre a cell may be empty
    gtin, image, tint, description_en, description_vi, popularity, active

Columns that are absent leave what is known as it is; a column of another name is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, cast

from grocery.catalog.contracts import MOST_PER_ORDER, BadRow, CategoryDraft, NetUnit, ProductDraft, Storage, Unit
from grocery.catalog.policies import nutrition, vat
from grocery.catalog.policies.formulas import unguarded
from grocery.catalog.policies.profiles.profile import Companions, Profile, ReadRow, Row, decimal, flag, text, whole
from grocery.kernel.quantity import plain

_NEEDS: Final = ("sku", "name_en", "name_vi", "category", "price")
_KNOWS: Final = (
    *("unit", "step", "net_content", "net_unit", "perishable", "min_freshness_days", "dietary", "tags"),
    *("allergens", "max_per_order", "piece_weight", "brand", "family", "storage"),
    *("origin_country", "origin_region_en", "origin_region_vi", "nutrition_per", *nutrition.VALUES),
    *("vat_group", "vat_rate", "gtin", "image", "tint", "description_en", "description_vi", "popularity", "active"),
)
#: Columns of the table that only make sense together: one in the header writes both.
_TOGETHER: Final = (
    frozenset({"unit", "step", "piece_weight"}),
    frozenset({"net_content", "net_unit"}),
    frozenset({"perishable", "min_freshness_days"}),
    frozenset({"origin_country", "origin_region_en", "origin_region_vi"}),
)


def _reader(companions: Companions, default_price: int | None) -> ReadRow:  # noqa: ARG001 - the sheet stands alone
    def read(row: Row) -> tuple[ProductDraft, tuple[CategoryDraft, ...]]:
        row = {name: unguarded(cell) for name, cell in row.items()}
        price = whole(row, "price")
        return _draft(row, default_price if price is None else price), ()

    return read


def _draft(row: Row, price: int | None) -> ProductDraft:
    return ProductDraft(
        sku=text(row, "sku"),
        name_en=text(row, "name_en"),
        name_vi=text(row, "name_vi"),
        category=text(row, "category"),
        price=price,
        # What is not in these vocabularies is refused by the check that every draft goes through.
        unit=cast("Unit", row.get("unit", "").strip() or Unit.PIECE),
        step=decimal(row, "step") or Decimal(1),
        piece_weight=decimal(row, "piece_weight"),
        net_content=decimal(row, "net_content"),
        net_unit=cast("NetUnit | None", row.get("net_unit", "").strip() or None),
        vat_group=_vat_group(row),
        perishable=flag(row, "perishable"),
        min_freshness_days=whole(row, "min_freshness_days"),
        dietary=tuple(row.get("dietary", "").split()),
        allergens=_allergens(row.get("allergens", "")),
        max_per_order=MOST_PER_ORDER if (most := decimal(row, "max_per_order")) is None else most,
        tags=tuple(row.get("tags", "").split()),
        gtin=row.get("gtin", "").strip(),
        brand=row.get("brand", "").strip(),
        family=row.get("family", "").strip(),
        storage=cast("Storage | None", row.get("storage", "").strip() or None),
        origin_country=row.get("origin_country", "").strip().upper(),
        origin_region_en=row.get("origin_region_en", "").strip(),
        origin_region_vi=row.get("origin_region_vi", "").strip(),
        nutrition=nutrition.told(
            row.get("nutrition_per", "").strip(), {name: decimal(row, name) for name in nutrition.VALUES}
        ),
        image=row.get("image", "").strip(),
        tint=row.get("tint", "").strip(),
        description_en=row.get("description_en", "").strip(),
        description_vi=row.get("description_vi", "").strip(),
        popularity=whole(row, "popularity") or 0,
        active=flag(row, "active", default=True),
    )


def _allergens(cell: str) -> tuple[str, ...] | None:
    """`milk soy`, `none`; None where nothing is said."""
    words = tuple(cell.split())
    return () if words == ("none",) else words or None


def _vat_group(row: Row) -> str:
    """The group that is named, or that the rate stands for."""
    if named := row.get("vat_group", "").strip():
        return named
    if (rate := decimal(row, "vat_rate")) is None:
        return vat.REDUCED
    if (group := vat.group_of(rate)) is None:
        raise BadRow(
            "unknown_vat_rate",
            "vat_rate",
            f"{plain(rate)} % stands for no VAT group; name it in the column vat_group.",
            f"{plain(rate)} % không ứng với nhóm thuế nào; hãy ghi mã nhóm vào cột vat_group.",
        )
    return group


def _sets(header: Iterable[str], default_price: int | None) -> tuple[str, ...]:  # noqa: ARG001 - price is always read
    there = {*_NEEDS, *header} - {"sku"}
    if there & {"vat_group", "vat_rate"}:
        there = there - {"vat_rate"} | {"vat_group"}
    if there & {"nutrition_per", *nutrition.VALUES}:
        there = there - {"nutrition_per", *nutrition.VALUES} | {"nutrition"}
    for pair in _TOGETHER:
        if pair & there:
            there |= pair
    return tuple(sorted(there))


GROCERY = Profile(
    name="grocery",
    about="our own columns",
    needs=_NEEDS,
    knows=_KNOWS,
    strict=True,
    reader=_reader,
    sets=_sets,
)
