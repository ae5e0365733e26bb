"""`manage.py outbox …`"""

from __future__ import annotations

import getpass
import re
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from grocery.kernel import clock
from grocery.kernel.outbox import upkeep
from grocery.kernel.outbox.subscribers import registry

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Command(BaseCommand):
    help = """Look after the outbox: what happened, and who has yet to hear of it.

  lag      how much each subscriber is owed, how much of it is dead, how old the oldest is
  dead     the dead letters: tried 12 times over about four hours; nobody tries again by itself.
           Each holds up what comes after it in its stream, until it is retried or skipped.
  retry    try dead letters again from now on (after the fault is mended)
  skip     let dead letters go; nobody will have handled them
  replay   tell a subscriber again what it has heard, and what was told before it existed
  prune    delete old facts that everybody has heard

Examples:
  manage.py outbox retry --subscriber notifications.mail_confirmation
  manage.py outbox skip --id 4711
  manage.py outbox replay --subscriber inventory.feed --since 24h"""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", title="actions")
        actions.add_parser("lag", help="how far each subscriber is behind")
        dead = actions.add_parser("dead", help="list dead letters")
        dead.add_argument("--subscriber")
        dead.add_argument("--limit", type=int, default=50)
        for name, does in (("retry", "try dead letters again"), ("skip", "let dead letters go")):
            action = actions.add_parser(name, help=does)
            action.add_argument("--id", type=int, action="append", help="one delivery, as listed by `dead`")
            action.add_argument("--subscriber", help="all of this subscriber")
            action.add_argument("--stream", help="all of this stream")
            action.add_argument("--all", action="store_true", help="every dead letter there is")
            action.add_argument("--owed", action="store_true", help="not only the dead ones: all that is owed")
        replay = actions.add_parser("replay", help="tell a subscriber again")
        replay.add_argument("--subscriber", required=True, choices=sorted(registry.by_name), metavar="NAME")
        replay.add_argument("--since", type=_moment, help="30m, 24h, 7d, or 2026-11-21T09:00:00+07:00")
        replay.add_argument("--stream")
        replay.add_argument("--event", type=UUID, help="one event, by its id")
        prune = actions.add_parser("prune", help="delete old facts that everybody has heard")
        prune.add_argument("--older-than", type=_moment, default="30d", help="30d (default), 12h …")

    def handle(self, *, action: str, **options: Any) -> None:
        getattr(self, f"_{action}")(**options)

    def _lag(self, **_: Any) -> None:
        self.stdout.write(f"{'subscriber':44}{'owed':>10}{'dead':>8}{'oldest':>14}")
        for lag in upkeep.lag():
            age = _age(lag.oldest) if lag.owed else "–"
            stranger = "" if lag.subscriber in registry.by_name else "  unknown to this code"
            self.stdout.write(f"{lag.subscriber:44}{lag.owed:10}{lag.dead:8}{age:>14}{stranger}")

    def _dead(self, *, subscriber: str | None, limit: int, **_: Any) -> None:
        letters, number = upkeep.dead(upkeep.Which(subscriber=subscriber or ""), limit=limit)
        for entry in letters:
            self.stdout.write(f"{entry.id}  {entry.subscriber}  {entry.event.name}  {entry.stream}")
            self.stdout.write(f"    told {entry.event.published_at:%Y-%m-%d %H:%M:%S %Z}  event {entry.event_id}")
            self.stdout.write(f"    {entry.error}")
        self.stdout.write(f"{number} dead")

    def _retry(self, **options: Any) -> None:
        self.stdout.write(f"{upkeep.retry(self._chosen(**options), by=getpass.getuser())} to be tried again")

    def _skip(self, **options: Any) -> None:
        self.stdout.write(f"{upkeep.skip(self._chosen(**options), by=getpass.getuser())} skipped")

    def _replay(self, **options: Any) -> None:
        which = {name: options[name] for name in ("subscriber", "since", "stream")}
        done = upkeep.replay(**which, event_id=options["event"], by=getpass.getuser())
        self.stdout.write(f"{done.again} to be delivered again, {done.anew} for the first time")

    def _prune(self, *, older_than: datetime, **_: Any) -> None:
        self.stdout.write(f"{upkeep.prune(before=older_than)} facts deleted")

    def _chosen(self, **options: Any) -> upkeep.Which:
        if not any(options[name] for name in ("id", "subscriber", "stream", "all")):
            raise CommandError("which ones? --id, --subscriber, --stream or --all")
        return upkeep.Which(
            ids=tuple(options["id"] or ()),
            subscriber=options["subscriber"] or "",
            stream=options["stream"] or "",
            also_living=options["owed"],
        )


def _moment(text: str) -> datetime:
    """So long ago, or then."""
    if match := re.fullmatch(r"(\d+)([mhd])", text):
        return clock.now() - timedelta(**{_UNITS[match[2]]: int(match[1])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"neither like 24h nor a moment: {text}") from None
    if moment.tzinfo is None:
        raise ArgumentTypeError(f"say in which zone: {text}+07:00")
    return moment


def _age(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
