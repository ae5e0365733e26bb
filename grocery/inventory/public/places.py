"""The part of inventory's face that says where goods stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from grocery.inventory.contracts.places import NewPlace, Place, PlacesDone, PlacesProgress, Zone
from grocery.inventory.services import places as _places

__all__ = ["NewPlace", "Place", "PlacesDone", "PlacesProgress", "Zone", "import_places", "place_goods", "places"]


def places(*, skus: Collection[str], location: UUID) -> dict[str, Place]:
    """Where each of these SKUs stands in a store, in one statement; every SKU that was asked for is there.

    Of SKUs of which nobody has said it (one more statement, to the catalogue): zone and order of their department,
    or ambient and last for what the catalogue does not sell. Walk by `order`, then aisle, then shelf; whether cold
    goods come last is for who walks to decide.
    """
    return _places.places(skus=skus, location=location)


def place_goods(*, location: UUID, places: Sequence[NewPlace], now: datetime, by: UUID | None) -> PlacesDone:
    """From now on these stand there; of a SKU named twice the last counts. In three statements, however many.

    Lines that cannot be (a SKU that the catalogue does not sell, an aisle of more than 12 characters, an order above
    32,000) are left out and told. Raises NotFound for the store.
    """
    return _places.place_goods(location=location, places=places, now=now, by=by)


def import_places(
    *,
    path: Path,
    location: UUID,
    now: datetime,
    by: UUID | None = None,
    profile: str = "grocery",
    columns: Mapping[str, str] = MappingProxyType({}),
    dry_run: bool = False,
    reject: Path | None = None,
    report: Callable[[PlacesProgress], None] = lambda _progress: None,
) -> PlacesProgress:
    """Take a CSV file of places of any size, 2,000 lines per transaction; call outside a transaction.

    Columns: sku, and zone (ambient, chilled, frozen), aisle, shelf, order, each of which may be missing or empty;
    profile `vi`: Mã hàng, Khu (thường, mát, đông), Dãy, Kệ, Thứ tự. `columns` names those that are called otherwise
    (ours: theirs). Lines that are wrong go to `reject` with a code and the reason in both languages. Run again, it
    says the same. A dry run does the same and takes each chunk back. Raises NotAStockFile, UnknownImportProfile,
    NotFound for the store.
    """
    return _places.import_places(
        path=path,
        location=location,
        now=now,
        by=by,
        profile=profile,
        columns=columns,
        dry_run=dry_run,
        reject=reject,
        report=report,
    )
