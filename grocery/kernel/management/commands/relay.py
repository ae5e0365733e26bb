"""`manage.py relay`"""

from __future__ import annotations

import signal
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from prometheus_client import start_http_server

from grocery.kernel.outbox.metrics import register_backlog
from grocery.kernel.outbox.pace import Pace
from grocery.kernel.outbox.relay import Relay, UnknownSubscriber


class Command(BaseCommand):
    help = """Deliver facts from the outbox to whoever subscribed to them, until told to stop.

Run as many as you like, on as many machines: they share the work, and each stream stays in order. SIGTERM or Ctrl-C
ends it after the delivery under way (seconds); killing it is safe too, what it had is taken up again after --lease.

A relay refuses to start when something is owed to a subscriber that this code does not know.

Look at `manage.py outbox --help` for what is owed, what has failed for good, and what to do about it."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--threads", type=int, default=1, help="deliveries at a time, each over a connection of its own (1)"
        )
        parser.add_argument(
            "--lease",
            type=int,
            default=60,
            metavar="SECONDS",
            help="how long others leave alone what this relay has taken, so what they wait when it is killed; "
            "twice as long as the slowest handler takes (60)",
        )
        parser.add_argument(
            "--only",
            action="append",
            metavar="PATTERN",
            help="serve these subscribers only (inventory.*); may be given more than once",
        )
        parser.add_argument(
            "--metrics", metavar="[ADDRESS:]PORT", help="serve Prometheus figures there (address 127.0.0.1)"
        )

    def handle(self, **options: Any) -> None:
        pace = Pace(lease=timedelta(seconds=max(1, options["lease"])))
        relay = Relay(only=options["only"] or ["*"], threads=max(1, options["threads"]), pace=pace)
        if not relay.subscribers:
            raise CommandError(f"no subscriber is called {' or '.join(options['only'] or ['*'])}")
        if options["metrics"]:
            address, _, port = options["metrics"].rpartition(":")
            register_backlog()
            start_http_server(int(port), addr=address or "127.0.0.1")
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: relay.stop())
        try:
            relay.run()
        except UnknownSubscriber as stranger:
            raise CommandError(str(stranger)) from None
        finally:
            _close_pool()


def _close_pool() -> None:
    """Where connections are pooled, the pool's threads would keep the process waiting."""
    database = connections["default"]
    if isinstance(database, DatabaseWrapper):
        database.close_pool()
