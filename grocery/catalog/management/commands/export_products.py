"""`manage.py export_products FILE`: the catalogue as the file that would bring it in, CSV or .xlsx by its name."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grocery.catalog import public as catalog
from grocery.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Write products to FILE.csv or FILE.xlsx, with the columns that the profile grocery imports."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--category", help="only what stands in it and below, by its slug")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            form = catalog.ExportForm(path.suffix.lower().removeprefix("."))
        except ValueError as error:
            raise CommandError("Name the file .csv or .xlsx.") from error
        try:
            pieces = catalog.export_products(form=form, category=options["category"])
        except DomainError as error:
            raise CommandError(f"{error.text('en')}\n{error.text('vi')}") from error
        with path.open("wb") as stream:
            stream.writelines(pieces)
