"""Where goods stand in a store: looked up for pickers, said by staff, or taken from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched, count
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory.contracts import RefusedLine, RejectedLine, UnknownImportProfile
from grocery.inventory.contracts.places import FARTHEST, NewPlace, Place, PlacesDone, PlacesProgress, Zone
from grocery.inventory.gateways import stock_files as files
from grocery.inventory.gateways.stock_files import FileLine, RejectFile
from grocery.inventory.models import ShelfPlace
from grocery.inventory.policies import places as rules
from grocery.inventory.policies.changes import Refusal

CHUNK: Final = 2000
_SHOWN: Final = 20
_APART: Final = 100
_NO_COLUMNS: Mapping[str, str] = {}


def places(*, skus: Collection[str], location: UUID) -> dict[str, Place]:
    """See `public.places`."""
    said = ShelfPlace.objects.places(skus, location=location)
    return said | _by_department(set(skus) - said.keys())


@transaction.atomic
def place_goods(*, location: UUID, places: Sequence[NewPlace], now: datetime, by: UUID | None) -> PlacesDone:
    """See `public.place_goods`."""
    catalog.store(store_id=catalog.StoreId(location))
    usual = _by_department({place.sku for place in places})
    known = {str(sku) for sku in catalog.products_on_sale(skus=[catalog.Sku(sku) for sku in usual])}
    right: dict[str, Place] = {}
    refused: list[RefusedLine] = []
    for line, place in enumerate(places, start=1):
        try:
            right[place.sku] = _whole(rules.checked(place), usual, known)
        except Refusal as why:
            refused.append(why.of(line, place.sku))
    changed = ShelfPlace.objects.say(right.values(), location=location, now=now, by=by) if right else []
    return PlacesDone(tuple(changed), tuple(refused))


def _whole(place: NewPlace, usual: Mapping[str, Place], known: Collection[str]) -> Place:
    if place.sku not in known:
        raise rules.UNLISTED
    department = usual[place.sku]
    zone = department.zone if place.zone is None else place.zone
    order = department.order if place.order is None else place.order
    return Place(place.sku, zone, place.aisle, place.shelf, order)


def _by_department(skus: Collection[str]) -> dict[str, Place]:
    """Zone and order of their departments; of what the catalogue does not sell, ambient and last."""
    if not skus:
        return {}
    spots = _spots()
    nowhere = (Zone.AMBIENT, FARTHEST)
    products = catalog.products_on_sale(skus=[catalog.Sku(sku) for sku in skus])
    of = {str(sku): spots.get(product.category_id, nowhere) for sku, product in products.items()}
    return {sku: Place(sku, zone, order=order, said=False) for sku in skus for zone, order in [of.get(sku, nowhere)]}


def _spots() -> dict[catalog.CategoryId, tuple[Zone, int]]:
    """Of each category how it is kept, and its number on a walk past all of them in the order of the shop."""
    numbers = count(_APART, _APART)
    return dict(spot for root in catalog.categories() for spot in _within(root, Zone.AMBIENT, numbers))


def _within(
    category: catalog.Category, above: Zone, numbers: Iterator[int]
) -> Iterator[tuple[catalog.CategoryId, tuple[Zone, int]]]:
    zone = rules.KEPT.get(category.slug, above)
    yield category.id, (zone, min(next(numbers), FARTHEST))
    for child in category.children:
        yield from _within(child, zone, numbers)


# --- from a file --------------------------------------------------------------------------------------------------


def import_places(
    *,
    path: Path,
    location: UUID,
    now: datetime,
    by: UUID | None = None,
    profile: str = "grocery",
    columns: Mapping[str, str] = _NO_COLUMNS,
    dry_run: bool = False,
    reject: Path | None = None,
    report: Callable[[PlacesProgress], None] = lambda _progress: None,
) -> PlacesProgress:
    """See `public.import_places`."""
    if profile not in rules.PROFILES:
        raise UnknownImportProfile(profile)
    named = {**rules.PROFILES[profile], **columns}
    files.check(path, columns=named, needed=rules.NEEDED)
    catalog.store(store_id=catalog.StoreId(location))
    intake = _Intake(location, now, by, dry_run=dry_run)
    with (
        closing(files.lines(path, columns=named, needed=rules.NEEDED)) as source,
        files.rejects(reject, go_on=False) as rejected,
    ):
        for chunk in batched(source, CHUNK):
            intake.take(chunk, rejected)
            report(intake.progress())
    return intake.progress()


@dataclass(slots=True)
class _Intake:
    """A file of places on its way into the store; run again, it says the same."""

    location: UUID
    now: datetime
    by: UUID | None
    dry_run: bool
    lines: int = 0
    changed: int = 0
    _reasons: Counter[str] = field(default_factory=Counter)
    _differences: list[tuple[Place, Place]] = field(default_factory=list)

    def take(self, chunk: Sequence[FileLine], rejected: RejectFile) -> None:
        read, refused = _read(chunk)
        numbers, said = [number for number, _place in read], [place for _number, place in read]
        with transaction.atomic():
            before = places(skus={place.sku for place in said}, location=self.location) if self.dry_run else {}
            done = place_goods(location=self.location, places=said, now=self.now, by=self.by)
            if self.dry_run:
                self._compare(before, done)
                transaction.set_rollback(True)
        refused += [RejectedLine(numbers[one.line - 1], one.sku, one.code, one.en, one.vi) for one in done.refused]
        for line in sorted(refused, key=lambda line: line.line):
            rejected.write(line)
        self._reasons.update(line.code for line in refused)
        self.lines += len(chunk)
        self.changed += len(done.changed)

    def progress(self) -> PlacesProgress:
        rejected = sum(self._reasons.values())
        return PlacesProgress(self.lines, self.changed, rejected, dict(self._reasons), tuple(self._differences))

    def _compare(self, before: Mapping[str, Place], done: PlacesDone) -> None:
        shown = done.changed[: _SHOWN - len(self._differences)]
        after = places(skus=shown, location=self.location)
        self._differences += [(before[sku], after[sku]) for sku in shown]


def _read(chunk: Iterable[FileLine]) -> tuple[list[tuple[int, NewPlace]], list[RejectedLine]]:
    read: list[tuple[int, NewPlace]] = []
    refused: list[RejectedLine] = []
    for line in chunk:
        try:
            read.append((line.number, rules.read(line.row)))
        except Refusal as why:
            sku = (line.row or {}).get("sku", "")[:64]
            refused.append(RejectedLine(line.number, sku, why.code, why.en, why.vi))
    return read, refused
