"""`manage.py import_statement FILE`: take a bank's statement, CSV or .xlsx."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.management import arguments
from grocery.payments import public as payments


class Command(BaseCommand):
    help = "Book the transfers of a statement that the bank has not told of. Run again, nothing changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what can be read, and change nothing")
        arguments.add_columns(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        try:
            taken = payments.import_statement(
                path=options["file"], columns=dict(options["column"]), now=clock.now(), dry_run=options["dry_run"]
            )
        except DomainError as error:
            raise CommandError(f"{error.text('en')}\n{error.text('vi')}") from error
        would = "Dry run, nothing was changed: " if options["dry_run"] else ""
        self.stdout.write(f"{would}{taken.new} new transfers, {taken.known} known before.")
        if taken.unreadable:
            raise CommandError(f"Lines that cannot be read: {', '.join(map(str, taken.unreadable[:50]))}")
