"""`manage.py open_slots`: open the slots of the coming days from the stores' plans."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from grocery.delivery import public as delivery
from grocery.kernel import clock


class Command(BaseCommand):
    help = "Open the delivery and pickup slots of the coming days. Again is harmless."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=7, help="how many local days, today included")

    def handle(self, *args: Any, **options: Any) -> None:
        opened = delivery.open_slots(now=clock.now(), days=options["days"])
        self.stdout.write(f"{opened} slots opened")
