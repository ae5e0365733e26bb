"""Goods that everybody wants at once: bought from buckets, so that buyers do not wait for one row.

Locks come in this order: reservations, rows of items, buckets. Whoever sells of a hot item leaves its row alone and
takes one bucket that nobody has, without waiting; or else, holding none, waits for all of them, in order. Whoever
changes what is on hand locks the row and all buckets (`locking.items`). See docs/adr/0043.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from prometheus_client import Counter

from grocery.inventory.events import HotItemMoved
from grocery.inventory.models import Bucket
from grocery.inventory.models.buckets import Held
from grocery.inventory.models.promising import Wanted
from grocery.inventory.policies.dealing import BUCKETS, deal
from grocery.inventory.policies.fefo import Plan, Shelf
from grocery.kernel.errors import Conflict
from grocery.kernel.quantity import ZERO, Quantity

TAKEN = Counter("grocery_inventory_hot_items_in_turn", "Baskets that had to wait for all buckets of a hot item.")


def take_in_turn(shelves: Iterable[Shelf], *, hot: Collection[UUID], plan: Callable[[list[Shelf]], Plan]) -> Plan:
    """Lock all buckets of these items, in order; `plan` from what they hold, and take it of them.

    Only for who has none of them locked. Raises what `plan` raises, and Conflict if one of the items is just being
    switched off.
    """
    shelves = list(shelves)
    held = Bucket.objects.held(hot)
    if not {shelf.lot_id for shelf in shelves if shelf.item_id in hot} <= {bucket.lot for bucket in held}:
        raise Conflict
    planned = plan(_in_buckets(shelves, held, hot))
    Bucket.objects.set(_dealt_anew(held, _more(planned, shelves, hot)))
    TAKEN.inc()
    return planned


def give_back(quantities: Mapping[UUID, Quantity]) -> None:
    """So much of these lots of hot items is free again."""
    Bucket.objects.give_back(quantities)


def _more(plan: Plan, shelves: Iterable[Shelf], hot: Collection[UUID]) -> dict[UUID, Quantity]:
    """What the plan takes of each lot of hot items beyond what is held of it already; negative where less."""
    taken = plan.by_lot()
    more = {shelf.lot_id: taken.get(shelf.lot_id, ZERO) - shelf.held for shelf in shelves if shelf.item_id in hot}
    return {lot: Quantity(quantity) for lot, quantity in more.items() if quantity}


def _in_buckets(shelves: Iterable[Shelf], held: Iterable[Held], hot: Collection[UUID]) -> list[Shelf]:
    free: dict[UUID, Quantity] = {}
    for bucket in held:
        free[bucket.lot] = Quantity(free.get(bucket.lot, ZERO) + bucket.free)
    return [
        replace(shelf, free=Quantity(free.get(shelf.lot_id, ZERO) + shelf.held)) if shelf.item_id in hot else shelf
        for shelf in shelves
    ]


def _dealt_anew(held: Iterable[Held], more: Mapping[UUID, Quantity]) -> dict[int, Quantity]:
    """What each bucket of these lots holds after that is taken: evenly, so that the next buyers need not wait."""
    by_lot: dict[UUID, list[Held]] = {}
    for bucket in held:
        by_lot.setdefault(bucket.lot, []).append(bucket)
    free: dict[int, Quantity] = {}
    for lot, buckets in by_lot.items():
        if (taken := more.get(lot, ZERO)) > 0:
            left = Quantity(sum((bucket.free for bucket in buckets), start=ZERO) - taken)
            free |= dict(zip((bucket.id for bucket in buckets), deal(left, len(buckets)), strict=True))
    return free


def moved(items: Iterable[Wanted]) -> list[HotItemMoved]:
    """The facts by which it will be told, in a moment, what hot items now hold."""
    return [HotItemMoved(sku=item.sku, location=item.location) for item in items]


def redeal(items: Collection[UUID]) -> None:
    """Deal what is free of these locked, folded items into their buckets; a lot that has none gets some."""
    held = Bucket.objects.held_and_folded(items)
    by_lot: dict[UUID, list[int]] = {}
    for bucket in held:
        by_lot.setdefault(bucket.lot, []).append(bucket.id)
    dealt: list[tuple[int | None, UUID, Quantity]] = []
    for lot, free in Bucket.objects.undealt(items, held=held).items():
        ids: list[int | None] = [*by_lot.get(lot, [])]
        ids += [None] * (BUCKETS - len(ids))
        dealt += [(id_, lot, share) for id_, share in zip(ids, deal(free, len(ids)), strict=True)]
    Bucket.objects.deal(dealt)
