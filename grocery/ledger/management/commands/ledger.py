"""`manage.py ledger check`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from grocery.kernel import clock
from grocery.ledger import public


class Command(BaseCommand):
    help = "Check the books: every entry, every order's sums, and whether orders close."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("check",))

    def handle(self, *args: Any, **options: Any) -> None:
        """Ends with an error if something is wrong."""
        found = public.check(now=clock.now())
        self.stdout.write(f"{found.orders:,} orders in the books, {len(found.open):,} open for too long")
        for order in found.open:
            self.stdout.write(f"  {order.order_number}: {order.balance}, {order.why}, since {order.last_at:%Y-%m-%d}")
        for number in found.wrong_sums:
            self.stdout.write(f"  {number}: its sums are not those of its entries")
        if found.off_by:
            self.stdout.write(f"  all postings come to {found.off_by}")
        if not found.is_sound:
            raise CommandError("the books need somebody")
