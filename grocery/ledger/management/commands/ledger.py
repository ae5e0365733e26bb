"""`manage.py ledger check`, `manage.py ledger refold` and `manage.py ledger settle FILE --provider stripe`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.ledger import public


class Command(BaseCommand):
    help = "Check the books, or take in what a payment provider reports of our money."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        check = what.add_parser("check", help="kept sums against postings, and whether orders close")
        check.add_argument("--all", action="store_true", help="all days, not the last ones and some in turn")
        what.add_parser("refold", help="work out the sums of all accounts anew from the postings")
        settle = what.add_parser("settle", help="a report: CSV with date, reference, kind, amount, fee")
        settle.add_argument("file", type=Path)
        settle.add_argument("--provider", required=True, help="stripe, momo …, as on the clearing account")

    def handle(self, *args: Any, **options: Any) -> None:
        {"check": self._check, "refold": self._refold, "settle": self._settle}[options["what"]](options)

    def _check(self, options: dict[str, Any]) -> None:
        """Ends with an error if something is wrong."""
        found = public.check(now=clock.now(), everything=options["all"])
        self.stdout.write(f"{found.days:,} days added up, {len(found.open):,} orders open for too long")
        for order in found.open:
            self.stdout.write(f"  {order.order_number}: {order.balance}, {order.why}, since {order.last_at:%Y-%m-%d}")
        for wrong in found.wrong_balances:
            self.stdout.write(f"  {wrong.account}, {wrong.grain} of {wrong.begin}: its sum is off by {wrong.off_by}")
        for number in found.wrong_sums:
            self.stdout.write(f"  {number}: its sums are not those of its entries")
        for number in found.uninvoiced:
            self.stdout.write(f"  {number}: its invoices do not come to what it is charged")
        if found.off_by:
            self.stdout.write(f"  all postings come to {found.off_by}")
        if not found.is_sound:
            raise CommandError("the books need somebody")

    def _refold(self, _options: dict[str, Any]) -> None:
        self.stdout.write(f"{public.refold(now=clock.now()):,} entries folded")

    def _settle(self, options: dict[str, Any]) -> None:
        """Takes the file whole or not at all; again, it says the same."""
        try:
            text = options["file"].read_text(encoding="utf-8-sig")
            done = public.import_report(provider=options["provider"], text=text, now=clock.now())
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"the file cannot be read: {error}") from error
        except DomainError as error:
            raise CommandError(f"{error.text('en')}\n{error.text('vi')}") from error
        self.stdout.write(
            f"{done.lines:,} lines, {done.again:,} known: {done.matched:,} match, {done.different:,} to be explained"
        )
