"""`manage.py stock_feed`: does the feed say what stock is, and if not, make it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from grocery.inventory import public as inventory
from grocery.kernel import clock
from grocery.kernel.quantity import plain

_STEP = 10_000


class Command(BaseCommand):
    help = """Compare every document of the stock feeds with stock itself, by version and contents, or put right what
differs. `check` changes nothing, says what `repair` would do, and ends with an error if anything differs."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=("check", "repair"))
        parser.add_argument("--store", action="append", type=UUID, default=[], metavar="ID", help="only this store")
        parser.add_argument("--sku", action="append", default=[], help="only this SKU")
        parser.add_argument("--dry-run", action="store_true", help="repair: say what would be done, do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        self._compared = 0
        try:
            differences = inventory.check_feed(
                locations=options["store"], skus=options["sku"], now=clock.now(), progress=self._count
            )
            for found in differences:
                self.stdout.write(_explained(found))
            if not differences:
                self.stdout.write(f"Compared {_items(self._compared)}: every document says what stock is.")
            elif options["action"] == "check":
                raise CommandError(f"{len(differences)} difference{'s' * (len(differences) > 1)}")
            elif not options["dry_run"]:
                self._repair(differences)
        except inventory.FeedUnavailable as away:
            raise CommandError(f"The feed does not answer, nothing is known: {away}") from None

    def _repair(self, differences: list[inventory.FeedDifference]) -> None:
        done = inventory.repair_feed(differences=differences, now=clock.now())
        self.stdout.write(
            f"Wrote {done.written} documents; {_items(done.told)} got a new version, which the relay will show."
        )

    def _count(self, compared: int) -> None:
        before, self._compared = self._compared, self._compared + compared
        if before // _STEP != self._compared // _STEP:
            self.stderr.write(f"{self._compared:,} items compared")


def _explained(found: inventory.FeedDifference) -> str:
    shown = f"shows {plain(found.shown.stock)} (version {found.shown.version})" if found.shown else "shows nothing"
    remedy = (
        f"write version {found.true.version}"
        if found.can_be_written
        else f"give the item a version above {found.shown.version if found.shown else 0} and tell everybody"
    )
    return (
        f"{found.feed}, {found.true.sku} in store {found.true.location}: {found.what}. It {shown}, "
        f"stock has {plain(found.true.stock)} (version {found.true.version}). Repair: {remedy}."
    )


def _items(number: int) -> str:
    return "1 item" if number == 1 else f"{number:,} items"
