"""`manage.py import_stock FILE.csv --store CODE`: take a file of stock of any size."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grocery.inventory import public as inventory
from grocery.inventory.management.arguments import column, store_named
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import plain


class Command(BaseCommand):
    help = "Receive or count stock from a CSV file. Run again, it goes on where it ended; done, it changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--store", required=True, help="the store's code")
        parser.add_argument("--mode", choices=[mode.value for mode in inventory.ImportMode], default="receive")
        parser.add_argument("--reference", help="what the movements will be known by; the file's name otherwise")
        about = "; ".join(f"{name}: {columns}" for name, columns in inventory.stock_import_profiles().items())
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
        self._started = time.monotonic()
        try:
            done = inventory.import_stock(
                path=path,
                location=store_named(options["store"]),
                mode=inventory.ImportMode(options["mode"]),
                reference=(options["reference"] or path.name)[:90],
                now=clock.now(),
                profile=options["profile"],
                columns=dict(options["column"]),
                dry_run=options["dry_run"],
                reject=reject,
                report=self._show,
            )
        except DomainError as error:
            raise CommandError(f"{error.text('en')}\n{error.text('vi')}") from error
        self._finish(done, reject, dry_run=options["dry_run"])

    def _show(self, progress: inventory.StockImportProgress) -> None:
        """One line that is painted over on a terminal; nothing in between elsewhere."""
        if self.stdout.isatty():
            rate = progress.lines / max(time.monotonic() - self._started, 0.001)
            said = f"{progress.lines:,} lines, {rate:,.0f}/s, {progress.rejected:,} rejected"
            self.stdout.write(f"\r\x1b[K{said}", ending="")
            self.stdout.flush()

    def _finish(self, done: inventory.StockImportProgress, reject: Path, *, dry_run: bool) -> None:
        if self.stdout.isatty():
            self.stdout.write("\r\x1b[K", ending="")
        for one in done.differences:
            self.stdout.write(f"  {one.sku}: {plain(one.before)} -> {plain(one.after)}")
        earlier = f" {done.skipped:,} were done before." if done.skipped else ""
        would = "Dry run, nothing was changed: " if dry_run else ""
        self.stdout.write(
            f"{would}{done.lines:,} lines: {done.applied:,} applied, {done.rejected:,} rejected.{earlier}"
        )
        for reason, count in sorted(done.reasons.items(), key=lambda one: -one[1]):
            self.stdout.write(f"  {count:>8,}  {reason}")
        if done.rejected:
            self.stdout.write(f"Rejected lines and their reasons: {reject}")
