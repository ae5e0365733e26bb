"""`manage.py load_addresses [--file CSV]`: bring provinces and wards up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from grocery.accounts import public as accounts
from grocery.kernel.errors import Invalid


class Command(BaseCommand):
    help = (
        "Load the provinces and wards: from a CSV with the columns province_code, province, ward_code, ward "
        "(and province_en, ward_en), or the list that comes with us. Repeating it changes nothing; places that "
        "are no longer in the list are kept for old addresses and offered no more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="a CSV file in UTF-8")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        try:
            loaded = accounts.load_places(file=file)
        except (Invalid, OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        self.stdout.write(f"{loaded.provinces} provinces, {loaded.wards} wards; {loaded.vanished} wards are gone.")
