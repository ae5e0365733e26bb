"""`manage.py simulate_stock`: customers and staff at play, to watch stock move in shop, feed and admin."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from threading import Event
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel import clock
from grocery.kernel.errors import DomainError


def _within(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not least <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return number


class Command(BaseCommand):
    help = "Play a busy shop on a demo. Ctrl-C ends it; nothing stays reserved."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rate", type=_within(1, 500), default=20, help="things done per second, 20")
        parser.add_argument("--seconds", type=_within(1, 86_400), default=60, help="how long, 60")
        parser.add_argument("--store", help="the store's code; the first store otherwise")
        parser.add_argument("--skus", type=_within(1, 10_000), default=50, help="with how many SKUs, 50")
        parser.add_argument("--seed", type=int, default=1, help="whom to play")
        parser.add_argument("--yes", action="store_true", help="also in a shop that is not a demo")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["yes"] and not settings.DEMO_MARK.exists():
            raise CommandError(
                "This is not a demo: goods would really be reserved, sold and wasted. --yes if you must."
            )
        stop = Event()
        try:
            done = inventory.simulate(
                location=self._store(options["store"]),
                rate=options["rate"],
                seconds=options["seconds"],
                skus=options["skus"],
                seed=options["seed"],
                clock=clock.now,
                report=self._show,
                stop=stop,
            )
        except KeyboardInterrupt:
            self.stdout.write("\nEnded; what was reserved is free again.")
        except DomainError as error:
            raise CommandError(error.text("en")) from error
        else:
            self._show(done)
        differences = inventory.check_stock()
        self.stdout.write(
            f"\nThe books differ in {len(differences)} places." if differences else "\nThe books agree."
        )

    def _store(self, code: str | None) -> UUID:
        stores = {store.code: store.id for store in catalog.stores()}
        if not stores or (code and code not in stores):
            raise CommandError(f"There is no such store. There are: {', '.join(stores) or 'none'}")
        return stores[code] if code else next(iter(stores.values()))

    def _show(self, now: inventory.SimulationFigures) -> None:
        """One line that is painted over on a terminal; a line every second elsewhere."""
        said = (
            f"{now.seconds:4.0f} s  {now.done / max(now.seconds, 0.001):6.1f}/s  {now.reserved:,} reserved  "
            f"{now.bought:,} bought  {now.cancelled:,} cancelled  {now.received:,} received  {now.wasted:,} wasted  "
            f"{now.refused:,} refused"
        )
        self.stdout.write(
            f"\r\x1b[K{said}" if self.stdout.isatty() else said, ending="" if self.stdout.isatty() else "\n"
        )
        self.stdout.flush()
