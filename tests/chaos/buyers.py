"""Buyers and pickers to be killed: what runs in the child processes of the torture of stock.

Python's fork server loads Django once, by importing this module, and every trader is forked from it in a moment.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import UUID

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - Django first

from grocery.inventory import public as inventory  # noqa: E402
from grocery.kernel import clock  # noqa: E402
from grocery.kernel.errors import Conflict  # noqa: E402
from grocery.kernel.ids import new_id  # noqa: E402
from grocery.kernel.quantity import Quantity, quantity  # noqa: E402

SKUS = ("cold-1", "cold-2", "hot-1", "hot-2")


def run(database: str, location: UUID, torn: bool) -> None:
    """Trade on that database until killed. `torn`: with the control's mistake."""
    connection.settings_dict["NAME"] = database
    random.seed()
    if torn:
        tear()
    while True:
        with suppress(inventory.OutOfStock, inventory.NothingReserved, Conflict):
            trade(location)


def trade(location: UUID) -> None:
    """Reserve a basket; then buy another instead, let it go, or take it out of the store."""
    now, holder = clock.now(), f"order:{new_id()}"
    reserve(location, holder)
    match random.randrange(4):
        case 0:
            inventory.release(holder=holder, now=now)
        case 1:
            reserve(location, f"{holder}-again", replaces=holder)
        case 2:
            inventory.issue(holder=holder, quantities=None, now=now, by=None)
        case _:
            inventory.expire_reservations(now=now + timedelta(hours=1))


def reserve(location: UUID, holder: str, replaces: str | None = None) -> None:
    now = clock.now()
    with transaction.atomic():
        inventory.reserve(
            holder=holder,
            location=location,
            demands=[inventory.Demand(sku, quantity(random.randint(1, 4))) for sku in random.sample(SKUS, 2)],
            good_on=now.date(),
            until=now + timedelta(minutes=random.choice([5, 90])),
            now=now,
            replaces=replaces,
        )


def tear() -> None:
    """The control: what is taken is committed before it is promised, and a moment passes."""
    from grocery.inventory.models.promising import PromisingQuerySet

    whole = PromisingQuerySet.make

    def take_and_commit(self: PromisingQuerySet, *args: Any, hot: Mapping[UUID, Quantity], **rest: Any) -> Any:
        with connection.cursor() as cursor:
            values: list[Any] = [list(hot), list(hot.values())]
            cursor.execute("SELECT inventory_take_of_buckets(%s::uuid[], %s::numeric[])", values)
            connection.connection.commit()
            Event().wait(0.02)
        return whole(self, *args, hot={}, **rest)

    PromisingQuerySet.make = take_and_commit  # type: ignore[method-assign]  # the control
