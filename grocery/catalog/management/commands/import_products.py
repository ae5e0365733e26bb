"""`manage.py import_products FILE.csv --profile PROFILE`: take a file of products of any size."""

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


class Command(BaseCommand):
    help = "Import products from a CSV file. Running it again changes nothing that has not changed in the file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        profiles = "; ".join(f"{name}: {about}" for name, about in catalog.import_profiles().items())
        parser.add_argument("--profile", required=True, help=profiles)
        parser.add_argument("--dry-run", action="store_true", help="check everything, change nothing")
        parser.add_argument("--reject", type=Path, help="write rejected rows here; FILE.rejected.csv otherwise")
        parser.add_argument("--default-price", type=int, help="in đồng, for rows that name no price")
        parser.add_argument("--stats", action="store_true", help="also print seconds and peak memory")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        reject = options["reject"] or path.with_suffix(".rejected.csv")
        self._started = time.monotonic()
        try:
            done = catalog.import_products(
                path=path,
                profile=options["profile"],
                now=clock.now(),
                dry_run=options["dry_run"],
                reject=reject,
                default_price=options["default_price"],
                report=self._show,
            )
        except DomainError as error:
            raise CommandError(f"{error.text('en')}\n{error.text('vi')}\nNothing was changed.") from error
        except OSError as error:
            raise CommandError(f"{error.strerror}: {error.filename}") from error
        self._finish(done, reject, options)

    def _show(self, progress: catalog.ImportProgress) -> None:
        """One line that is painted over on a terminal; nothing in between elsewhere."""
        if self.stdout.isatty():
            rate = progress.rows / max(time.monotonic() - self._started, 0.001)
            line = f"{progress.rows:,} rows, {rate:,.0f} rows/s, {progress.ok:,} ok, {progress.rejected:,} rejected"
            self.stdout.write(f"\r\x1b[K{line}", ending="")
            self.stdout.flush()

    def _finish(self, done: catalog.ImportProgress, reject: Path, options: dict[str, Any]) -> None:
        if self.stdout.isatty():
            self.stdout.write("\r\x1b[K", ending="")
        seconds = time.monotonic() - self._started
        would = "Dry run, nothing was changed: " if options["dry_run"] else ""
        self.stdout.write(
            f"{would}{done.rows:,} rows: {done.new:,} new, {done.changed:,} changed, {done.unchanged:,} unchanged,"
            f" {done.rejected:,} rejected."
        )
        for reason, count in sorted(done.reasons.items(), key=lambda one: -one[1]):
            self.stdout.write(f"  {count:>8,}  {reason}")
        if done.rejected:
            self.stdout.write(f"Rejected rows and their reasons: {reject}")
        if options["stats"]:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
                1024**2 if sys.platform == "darwin" else 1024
            )
            rate = done.rows / max(seconds, 0.001)
            self.stdout.write(f"{seconds:.1f} s, {rate:,.0f} rows/s, peak memory {peak:,.0f} MB")
