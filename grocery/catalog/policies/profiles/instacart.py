"""The Instacart catalogue of 2017: 49,688 English names in 21 departments and 134 aisles, without prices.

What has no price cannot be on sale: products come in unsold, for staff to price, unless a default price is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

from grocery.catalog.contracts import BadRow, CategoryDraft, ProductDraft, Tint
from grocery.catalog.policies.profiles.profile import Companions, Profile, ReadRow, Row, text
from grocery.catalog.policies.slugs import slug

#: Plate, picture and, for what spoils, the days of freshness of a department.
_DEPARTMENTS: Final[dict[str, tuple[Tint, str, int | None]]] = {
    "produce": (Tint.LEAF, "food/leafy-green.svg", 3),
    "meat seafood": (Tint.ROSE, "food/cut-of-meat.svg", 2),
    "dairy eggs": (Tint.SKY, "food/glass-of-milk.svg", 5),
    "bakery": (Tint.SAND, "food/baguette-bread.svg", 1),
    "deli": (Tint.SKY, "food/cheese-wedge.svg", 3),
    "frozen": (Tint.SKY, "food/fish-cake-with-swirl.svg", None),
    "beverages": (Tint.SUN, "food/beverage-box.svg", None),
    "alcohol": (Tint.SUN, "food/beverage-box.svg", None),
    "household": (Tint.LILAC, "food/roll-of-paper.svg", None),
    "personal care": (Tint.LILAC, "food/roll-of-paper.svg", None),
    "pets": (Tint.LILAC, "food/roll-of-paper.svg", None),
    "babies": (Tint.LILAC, "food/roll-of-paper.svg", None),
}
_OTHER: Final = (Tint.SAND, "food/steaming-bowl.svg", None)


def _reader(companions: Companions, default_price: int | None) -> ReadRow:
    departments = {row["department_id"]: row["department"] for row in companions["departments.csv"]}
    aisles = {row["aisle_id"]: row["aisle"] for row in companions["aisles.csv"]}
    popularity = {row["product_id"]: int(row["count_in_100k_lines"]) for row in companions.get("popularity.csv", [])}

    def read(row: Row) -> tuple[ProductDraft, tuple[CategoryDraft, ...]]:
        number = text(row, "product_id")
        department, aisle = _named(departments, row, "department_id"), _named(aisles, row, "aisle_id")
        tint, image, fresh = _DEPARTMENTS.get(department, _OTHER)
        trail = _trail(department, aisle, tint, image)
        # Inch marks were written as \" before they were quoted for CSV; the backslash is left over.
        name = text(row, "product_name").replace("\\", "")
        draft = ProductDraft(
            sku=f"IC-{number}",
            name_en=name,
            name_vi=name,
            untranslated="vi",
            category=trail[-1].slug,
            price=default_price,
            active=default_price is not None,
            perishable=fresh is not None,
            min_freshness_days=fresh,
            image=image,
            popularity=popularity.get(number, 0),
        )
        return draft, trail

    return read


def _named(names: dict[str, str], row: Row, column: str) -> str:
    key = text(row, column)
    if key not in names:
        raise BadRow("unknown_category", column, f"There is no {column} {key}.", f"Không có {column} {key}.")
    return names[key]


@cache
def _trail(department: str, aisle: str, tint: Tint, image: str) -> tuple[CategoryDraft, ...]:
    top = f"ic-{slug(department)}"
    return (
        CategoryDraft(
            slug=top, name_en=department.capitalize(), name_vi=department.capitalize(), tint=tint, image=image
        ),
        CategoryDraft(
            slug=f"{top}-{slug(aisle)}"[:80],
            name_en=aisle.capitalize(),
            name_vi=aisle.capitalize(),
            parent=top,
            tint=tint,
            image=image,
        ),
    )


def _sets(header: Iterable[str], default_price: int | None) -> tuple[str, ...]:  # noqa: ARG001 - the columns are fixed
    """Prices and translations that staff have given since stay, and so does what they took off sale."""
    fixed = ("name_en", "category", "perishable", "min_freshness_days", "image", "popularity")
    return fixed if default_price is None else (*fixed, "price", "active")


INSTACART = Profile(
    name="instacart",
    about="Instacart 2017: products.csv with aisles.csv and departments.csv beside it",
    needs=("product_id", "product_name", "aisle_id", "department_id"),
    companions={
        "aisles.csv": ("aisle_id", "aisle"),
        "departments.csv": ("department_id", "department"),
    },
    extras={"popularity.csv": ("product_id", "count_in_100k_lines")},
    reader=_reader,
    sets=_sets,
)
