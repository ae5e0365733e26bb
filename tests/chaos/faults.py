"""Fault points: a use case runs in a process of its own, which is killed (SIGKILL) before its first statement, before
its second, … and right before and right after each COMMIT, each time anew, until it runs through.

    for death in walk(place, prepare):
        restart()
        ...  # what a client does that was not answered, what a relay does that comes up; then look

`place` is a function of a module; what `prepare()` returns are its arguments, and can be pickled. Python's fork
server loads the shop once, by importing this module; of the settings that a test has changed the process knows
MAIL_OUTBOX and those that `carry` names. For another domain: one module with the work and what there is before and
after it (see `orders`), and a test that walks it (see `test_faults.walked`). docs/adr/0145.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from threading import Event
from typing import Any, Literal

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django first
from django.db import connection  # noqa: E402 - Django first

import grocery.config.urls  # noqa: E402, F401 - Django first; loaded before the forks
from grocery.kernel.models import IdempotencyKey, InboxEntry  # noqa: E402 - Django first
from tests.forking import forks  # noqa: E402 - Django first

type Work = Callable[..., object]
#: Where to die: between any two statements, or only where transactions end.
type Where = Literal["everywhere", "commits"]

_forks = forks(__name__)


@dataclass(frozen=True, slots=True)
class Death:
    """The process died at this point, counted from 0: before this statement, or at this border of a transaction."""

    point: int
    before: str
    arguments: tuple[Any, ...]


def walk(
    work: Work,
    prepare: Callable[[], tuple[Any, ...]],
    *,
    where: Where = "everywhere",
    first: int = 0,
    step: int = 1,
    spoil: Work | None = None,
    carry: Sequence[str] = (),
) -> Iterator[Death]:
    """Kill the work at each `step`-th of its points from `first` on, and say so each time; ends when it survives.

    `spoil` plants a mistake in the process first. `carry`: names of settings that it has as they are here and now,
    say STRIPE_API_URL. Fails when the process ends by anything but the kill.
    """
    for point in count(first, step):
        arguments = prepare()
        ours, theirs = _forks.Pipe()
        name, carried = connection.settings_dict["NAME"], {n: getattr(settings, n) for n in ("MAIL_OUTBOX", *carry)}
        process = _forks.Process(target=_run, args=[name, carried, theirs, point, where, spoil, work, arguments])
        process.start()
        theirs.close()
        backend: int = ours.recv()
        process.join()
        _wait_until_gone(backend)
        if process.exitcode == 0:
            return
        assert process.exitcode == -signal.SIGKILL, f"{work} ended with {process.exitcode}"
        yield Death(point, ours.recv(), arguments)


def restart() -> None:
    """The minute passes for which keys stay with a process that died, and the lease for which facts do."""
    from django.db.models.functions import Now

    IdempotencyKey.objects.filter(status=None).update(lease_until=Now())
    InboxEntry.objects.owed().update(due_at=Now())


def _run(
    database: str,
    carried: Mapping[str, Any],
    ours: Connection,
    point: int,
    where: Where,
    spoil: Work | None,
    work: Work,
    arguments: tuple[Any, ...],
) -> None:
    connection.settings_dict["NAME"] = database
    for setting, value in {"FIRESTORE_PROJECT": "", **carried}.items():
        setattr(settings, setting, value)
    connection.ensure_connection()
    ours.send(connection.connection.info.backend_pid)
    if spoil:
        spoil()
    reaper = _Reaper(point, where, ours)
    reaper.attend()
    with connection.execute_wrapper(reaper):
        work(*arguments)


class _Reaper:
    """Counts the points that go by, and kills this process at the one it was told."""

    def __init__(self, point: int, where: Where, last_words: Connection) -> None:
        self._left, self._where, self._last_words = point, where, last_words

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if self._where == "everywhere":
            self._pass(sql)
        return execute(sql, params, many, context)

    def attend(self) -> None:
        """Be there when transactions are committed: Django does not say so."""
        commit = connection._commit  # type: ignore[attr-defined]  # the one place where all commits go by

        def attended() -> None:
            self._pass("COMMIT")
            commit()
            self._pass("what follows the COMMIT")

        connection._commit = attended  # type: ignore[attr-defined]  # see above

    def _pass(self, before: str) -> None:
        if not self._left:
            self._last_words.send(before[:300])
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1


def _wait_until_gone(backend: int) -> None:
    """Its server process undoes what was not committed, and lets its locks go, a moment after the kill."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [backend])
            if not cursor.fetchone():
                return
            Event().wait(0.002)
