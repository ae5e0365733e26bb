"""`manage.py prepare_demo`: migrate, and fill an empty database with a demo shop."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import batched
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from grocery.catalog import public as catalog
from grocery.config import demo_goods
from grocery.config.demo import FILLED, step
from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel import clock
from grocery.kernel.outbox import relay


class Command(BaseCommand):
    help = "Migrate, and fill an empty database with a demo shop: goods, lots, hours, people. Repeatable."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--skus", type=int, default=50_000, help="size of the catalogue")

    def handle(self, *, skus: int, **_options: Any) -> None:
        with step("migrations"):
            call_command("migrate", verbosity=0)
        filled = settings.STATE_DIR / FILLED
        if not filled.exists():
            self._fill(skus)
            filled.touch()
        with step("delivery slots of the coming days"):
            delivery.open_slots(now=clock.now())

    def _fill(self, skus: int) -> None:
        with step(f"a catalogue of {skus:,} products"):
            catalog.generate_demo_catalogue(count=skus, seed=demo_goods.SEED, now=clock.now())
        with step("two stores, their streets and hours"):
            stores = [demo_goods.open_store(one, position=place) for place, one in enumerate(demo_goods.PREMISES)]
        with step("goods on the shelves"):
            for store, premises in zip(stores, demo_goods.PREMISES, strict=True):
                goods = demo_goods.lots(store, premises, now=clock.now())
                inventory.stock_up(location=store.id, lines=goods, now=clock.now())
        store = stores[0]
        # Python and PostgreSQL take turns at each of these, so together they take little more than the longest.
        with step("where they stand; telling the catalogue and the feed what is in stock"), _telling(threads=2):
            for some in batched(demo_goods.shelf_places(), 2000):
                inventory.place_goods(location=store.id, places=some, now=clock.now(), by=None)
        with step("people"):
            demo_goods.invite_people(store, now=clock.now())


@contextmanager
def _telling(*, threads: int) -> Iterator[None]:
    """Have all facts told that are owed already while something else is done, and then what that made true."""
    with ThreadPoolExecutor(threads) as relays:
        telling = [relays.submit(_tell) for _ in range(threads)]
        yield
        for told in telling:
            told.result()
    relay.drain()


def _tell() -> None:
    try:
        relay.drain()
    finally:
        connection.close()
