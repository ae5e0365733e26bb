"""`manage.py import_places FILE.csv --store CODE`: take a file that says where goods stand."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grocery.inventory import public as inventory
from grocery.inventory.management.arguments import column, store_named
from grocery.kernel import clock
from grocery.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Say where goods stand in a store, from a CSV file. Run again, it says the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--store", required=True, help="the store's code")
        about = "grocery: sku, zone, aisle, shelf, order; vi: Mã hàng, Khu, Dãy, Kệ, Thứ tự"
        parser.add_argument("--profile", default="grocery", help=about)
        parser.add_argument(
            "--column", action="append", type=column, default=[], metavar="OURS=THEIRS", help="a column's other name"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--reject", type=Path, help="write rejected lines here; FILE.rejected.csv otherwise")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        reject = options["reject"] or path.with_suffix(".rejected.csv")
        try:
            done = inventory.import_places(
                path=path,
                location=store_named(options["store"]),
                now=clock.now(),
                profile=options["profile"],
                columns=dict(options["column"]),
                dry_run=options["dry_run"],
                reject=reject,
            )
        except DomainError as error:
            raise CommandError(f"{error.text('en')}\n{error.text('vi')}") from error
        self._finish(done, reject, dry_run=options["dry_run"])

    def _finish(self, done: inventory.PlacesProgress, reject: Path, *, dry_run: bool) -> None:
        for before, after in done.differences:
            self.stdout.write(f"  {after.sku}: {_in_words(before)} -> {_in_words(after)}")
        would = "Dry run, nothing was changed: " if dry_run else ""
        self.stdout.write(
            f"{would}{done.lines:,} lines: {done.changed:,} places changed, {done.rejected:,} rejected."
        )
        for reason, number in sorted(done.reasons.items(), key=lambda one: -one[1]):
            self.stdout.write(f"  {number:>8,}  {reason}")
        if done.rejected:
            self.stdout.write(f"Rejected lines and their reasons: {reject}")


def _in_words(place: inventory.Place) -> str:
    words = [place.zone.value, place.aisle, place.shelf, f"#{place.order}"]
    return " ".join(word for word in words if word) if place.said else "not said"
