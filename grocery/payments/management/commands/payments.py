"""`manage.py payments reconcile | health`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from grocery.kernel import clock
from grocery.payments import public


class Command(BaseCommand):
    help = "Ask payment providers about what is not settled, or whether they answer at all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("reconcile", "health"))

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        {"reconcile": self._reconcile, "health": self._health}[what]()

    def _reconcile(self) -> None:
        self.stdout.write(f"{public.reconcile(now=clock.now())} payments brought up to date")

    def _health(self) -> None:
        """Ends with an error if a provider does not answer."""
        states = public.health()
        for state in states:
            self.stdout.write(f"{state.provider}: {state.reason or 'answers'} ({state.milliseconds} ms)")
        if not all(state.answers for state in states):
            raise CommandError("a payment provider does not answer")
