"""`manage.py import_places FILE --store CODE`: take a file, CSV or .xlsx, that says where goods stand."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grocery.inventory import public as inventory
from grocery.inventory.management.arguments import store_named
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.management import arguments


class Command(BaseCommand):
    help = "Say where goods stand in a store, from a file, CSV or .xlsx. Run again, it says the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        profiles = "grocery: sku, zone, aisle, shelf, order; vi: Mã hàng, Khu, Dãy, Kệ, Thứ tự"
        arguments.add_file(parser, profiles=profiles, profile="grocery")
        arguments.add_columns(parser)
        parser.add_argument("--store", required=True, help="the store's code")

    def handle(self, *args: Any, **options: Any) -> None:
        path, reject = arguments.file_and_reject(options)
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
        for before, after in done.differences:
            self.stdout.write(f"  {after.sku}: {_in_words(before)} -> {_in_words(after)}")
        would = "Dry run, nothing was changed: " if options["dry_run"] else ""
        self.stdout.write(
            f"{would}{done.lines:,} lines: {done.changed:,} places changed, {done.rejected:,} rejected."
        )
        arguments.say_rejected(self.stdout, done.reasons, reject)


def _in_words(place: inventory.Place) -> str:
    words = [place.zone.value, place.aisle, place.shelf, f"#{place.order}"]
    return " ".join(word for word in words if word) if place.said else "not said"
