"""`manage.py make_demo_catalogue --count 50000 --seed 1`: believable bilingual groceries of our own making."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grocery.catalog import public as catalog
from grocery.kernel import clock
from grocery.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Make a demo catalogue; made again with the same seed, nothing changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=50_000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            done = catalog.generate_demo_catalogue(
                count=options["count"], seed=options["seed"], now=clock.now(), report=self._show
            )
        except DomainError as error:
            raise CommandError(error.text("en")) from error
        if self.stdout.isatty():
            self.stdout.write("\r\x1b[K", ending="")
        self.stdout.write(
            f"{done.rows:,} products: {done.new:,} new, {done.changed:,} changed, {done.unchanged:,} unchanged,"
            f" {time.monotonic() - started:.1f} s"
        )

    def _show(self, progress: catalog.ImportProgress) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r\x1b[K{progress.rows:,} products", ending="")
            self.stdout.flush()
