"""Where goods stand: what a line about it means, and where they stand when nobody has said. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from grocery.inventory.contracts.places import FARTHEST, NewPlace, Zone
from grocery.inventory.policies.changes import Refusal

#: How departments and categories (their slugs) are kept where nobody has said so of a SKU; the narrowest one counts.
KEPT: Final[Mapping[str, Zone]] = {
    "ca-hai-san": Zone.CHILLED,
    "thit-trung": Zone.CHILLED,
    "trung": Zone.AMBIENT,
    "sua-lanh": Zone.CHILLED,
    "dong-lanh": Zone.FROZEN,
    # of imported catalogues
    "bhx-thit-ca-trung-hai-san": Zone.CHILLED,
    "bhx-thuc-pham-dong-mat": Zone.CHILLED,
    "bhx-kem-sua-chua": Zone.CHILLED,
    "ic-meat-seafood": Zone.CHILLED,
    "ic-dairy-eggs": Zone.CHILLED,
    "ic-deli": Zone.CHILLED,
    "ic-frozen": Zone.FROZEN,
}
#: What people and files call them.
_ZONES: Final = {
    **{zone.value: zone for zone in Zone},
    "thường": Zone.AMBIENT,
    "khô": Zone.AMBIENT,
    "mát": Zone.CHILLED,
    "lạnh": Zone.CHILLED,
    "đông": Zone.FROZEN,
    "đông lạnh": Zone.FROZEN,
}
_SKU: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_NAME: Final = re.compile(r"[\w.,/-][\w .,/-]{0,11}|")

NEEDED: Final = ("sku",)
KNOWN: Final = (*NEEDED, "zone", "aisle", "shelf", "order")
PROFILES: Final[Mapping[str, Mapping[str, str]]] = {
    "grocery": {name: name for name in KNOWN},
    "vi": {"sku": "Mã hàng", "zone": "Khu", "aisle": "Dãy", "shelf": "Kệ", "order": "Thứ tự"},
}

UNLISTED: Final = Refusal("unknown_sku", "The catalogue does not know this SKU.", "Danh mục hàng không có mã này.")
_FAULTY = Refusal("faulty_line", "The line cannot be read.", "Không đọc được dòng này.")
_NO_SKU = Refusal("sku", "This is not a SKU.", "Đây không phải là SKU.")
_NO_ZONE = Refusal("zone", "The zone is ambient, chilled or frozen.", "Khu là thường, mát hoặc đông.")
_NO_NAME = Refusal(
    "place",
    "Aisle and shelf: at most 12 letters and digits, spaces, and . , / -",
    "Dãy và kệ: tối đa 12 chữ, số, dấu cách và . , / -",
)
_NO_ORDER = Refusal("order", f"The order is a number up to {FARTHEST}.", f"Thứ tự là số không quá {FARTHEST}.")


def read(row: Mapping[str, str] | None) -> NewPlace:
    """What a row of a file (by our names; None: it is broken) says. Raises Refusal."""
    if row is None:
        raise _FAULTY
    said = {name: row.get(name, "").strip() for name in KNOWN}
    zone = _ZONES.get(said["zone"].casefold())
    if said["zone"] and zone is None:
        raise _NO_ZONE
    if said["order"] and not (said["order"].isascii() and said["order"].isdigit() and len(said["order"]) <= 5):
        raise _NO_ORDER
    order = int(said["order"]) if said["order"] else None
    return checked(NewPlace(said["sku"], zone, said["aisle"], said["shelf"], order))


def checked(place: NewPlace) -> NewPlace:
    """The same, if it can be. Raises Refusal."""
    if not _SKU.fullmatch(place.sku):
        raise _NO_SKU
    if not (_NAME.fullmatch(place.aisle) and _NAME.fullmatch(place.shelf)):
        raise _NO_NAME
    if place.order is not None and not 0 <= place.order <= FARTHEST:
        raise _NO_ORDER
    return place
