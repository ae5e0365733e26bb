"""`manage.py stock_check`: do the books of stock agree?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grocery.inventory import public as inventory
from grocery.kernel.quantity import plain


class Command(BaseCommand):
    help = "Compare every lot with its movements and its open reservations. Ends with an error if any differs."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = inventory.check_stock()
        for found in differences:
            self.stdout.write(
                f"{found.sku} in store {found.location}, lot {found.lot_id}: {found.what} is recorded as "
                f"{plain(found.recorded)}, the books add up to {plain(found.proven)}"
            )
        if differences:
            raise CommandError(f"{len(differences)} differences")
        self.stdout.write("Every lot is the sum of its movements, and reserved is what open reservations hold.")
