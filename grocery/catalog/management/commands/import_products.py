"""`manage.py import_products FILE --profile PROFILE`: take a file of products of any size."""

from __future__ import annotations

import resource
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grocery.catalog import public as catalog
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.management import arguments


class Command(BaseCommand):
    help = (
        "Import products from a CSV file or a spreadsheet. Running it again changes nothing that has not changed in"
        " the file; if this process dies, a worker brings the import to its end."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        profiles = "; ".join(f"{name}: {about}" for name, about in catalog.import_profiles().items())
        arguments.add_file(parser, profiles=profiles)
        parser.add_argument("--default-price", type=int, help="in đồng, for rows that name no price")
        parser.add_argument("--sheet", default="", help="of a spreadsheet; else the first that shows")
        parser.add_argument("--stats", action="store_true", help="also print seconds and peak memory")

    def handle(self, *args: Any, **options: Any) -> None:
        path, reject = arguments.file_and_reject(options)
        self._started = time.monotonic()
        try:
            done = catalog.import_products(
                path=path,
                profile=options["profile"],
                clock=clock.now,
                dry_run=options["dry_run"],
                reject=reject,
                default_price=options["default_price"],
                sheet=options["sheet"],
                report=self._show,
            )
        except DomainError as error:
            raise CommandError(f"{error.text('en')}\n{error.text('vi')}\nNothing was changed.") from error
        except OSError as error:
            raise CommandError(f"{error.strerror}: {error.filename}") from error
        self._finish(done, reject, options)

    def _show(self, progress: catalog.ImportProgress) -> None:
        rate = progress.rows / max(time.monotonic() - self._started, 0.001)
        said = f"{progress.rows:,} rows, {rate:,.0f} rows/s, {progress.ok:,} ok, {progress.rejected:,} rejected"
        arguments.show_progress(self.stdout, said)

    def _finish(self, done: catalog.ImportProgress, reject: Path, options: dict[str, Any]) -> None:
        arguments.show_progress(self.stdout, "")
        seconds = time.monotonic() - self._started
        would = "Dry run, nothing was changed: " if options["dry_run"] else ""
        self.stdout.write(
            f"{would}{done.rows:,} rows: {done.new:,} new, {done.changed:,} changed, {done.unchanged:,} unchanged,"
            f" {done.rejected:,} rejected."
        )
        arguments.say_rejected(self.stdout, done.reasons, reject)
        if options["stats"]:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
                1024**2 if sys.platform == "darwin" else 1024
            )
            rate = done.rows / max(seconds, 0.001)
            self.stdout.write(f"{seconds:.1f} s, {rate:,.0f} rows/s, peak memory {peak:,.0f} MB")
