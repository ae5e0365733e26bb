"""`manage.py stock_check [--repair [--yes]]`: do the books of stock agree?"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grocery.inventory import public as inventory
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import plain


class Command(BaseCommand):
    help = (
        "Compare lots with movements and reservations, transfers with movements. Ends with an error if any differs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="explain what would be written, ask, and do it")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        found = inventory.run_check(now=clock.now(), by=None)
        self._tell(found.differences)
        if found.differences and options["repair"]:
            self._repair(found, asks=not options["yes"])
            found = inventory.run_check(now=clock.now(), by=None)
            self._tell(found.differences)
        if found.differences:
            raise CommandError(f"{len(found.differences)} differences")
        self.stdout.write("Every lot is the sum of its movements, and reserved is what open reservations hold.")

    def _tell(self, differences: Sequence[inventory.Difference]) -> None:
        for one in differences:
            which = f"lot {one.lot_id}" if one.lot_id else f"transfer {one.transfer}"
            self.stdout.write(
                f"{one.sku} in store {one.location}, {which}: {one.what} is recorded as "
                f"{plain(one.recorded)}, the books add up to {plain(one.proven)}"
            )

    def _repair(self, found: inventory.CheckRun, *, asks: bool) -> None:
        remedies = inventory.plan_repair(differences=found.differences)
        self.stdout.write("")
        for remedy in remedies:
            self.stdout.write(f"{remedy.difference.sku}, {remedy.difference.what}: {remedy.en}")
        if asks and input("Write this? [y/N] ").strip().lower() not in {"y", "yes"}:
            self.stdout.write("Nothing was written.")
            return
        try:
            done = inventory.repair(remedies=remedies, check=found.id, now=clock.now(), by=None)
        except DomainError as error:
            raise CommandError(error.text("en")) from error
        self.stdout.write(f"{done} of {len(remedies)} differences mended.\n")
