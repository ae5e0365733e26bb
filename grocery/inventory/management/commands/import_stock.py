"""`manage.py import_stock FILE --store CODE`: take a file of stock of any size, CSV or .xlsx."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grocery.inventory import public as inventory
from grocery.inventory.management.arguments import store_named
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.management import arguments
from grocery.kernel.quantity import plain


class Command(BaseCommand):
    help = "Receive or count stock from a file, CSV or .xlsx. Run again, it goes on where it ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        profiles = "; ".join(f"{name}: {columns}" for name, columns in inventory.stock_import_profiles().items())
        arguments.add_file(parser, profiles=profiles, profile="grocery")
        arguments.add_columns(parser)
        parser.add_argument("--store", required=True, help="the store's code")
        parser.add_argument("--mode", choices=[mode.value for mode in inventory.ImportMode], default="receive")
        parser.add_argument("--reference", help="what the movements will be known by; the file's name otherwise")

    def handle(self, *args: Any, **options: Any) -> None:
        path, reject = arguments.file_and_reject(options)
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
        arguments.show_progress(self.stdout, "")
        for one in done.differences:
            self.stdout.write(f"  {one.sku}: {plain(one.before)} -> {plain(one.after)}")
        earlier = f" {done.skipped:,} were done before." if done.skipped else ""
        would = "Dry run, nothing was changed: " if options["dry_run"] else ""
        self.stdout.write(
            f"{would}{done.lines:,} lines: {done.applied:,} applied, {done.rejected:,} rejected.{earlier}"
        )
        arguments.say_rejected(self.stdout, done.reasons, reject)

    def _show(self, progress: inventory.StockImportProgress) -> None:
        rate = progress.lines / max(time.monotonic() - self._started, 0.001)
        said = f"{progress.lines:,} lines, {rate:,.0f}/s, {progress.rejected:,} rejected"
        arguments.show_progress(self.stdout, said)
