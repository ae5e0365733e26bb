"""Web processes and relays to be killed: the shop's own commands, or, where every second counts, forks.

Python's fork server loads the shop once, by importing this module; granian and relays are forked from it in a moment.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from datetime import timedelta
from multiprocessing.process import BaseProcess
from time import monotonic, sleep
from typing import Any, Literal, NoReturn, Protocol

import django
import httpx

django.setup()

from django.conf import settings  # noqa: E402 - Django first
from django.db import connection  # noqa: E402 - Django first
from granian import Granian  # noqa: E402 - Django first
from granian.constants import Interfaces  # noqa: E402 - Django first

import grocery.config.urls  # noqa: E402 - Django first
import grocery.config.wsgi  # noqa: E402, F401 - Django first; loaded before the forks
from grocery.config.embedded import free_port  # noqa: E402 - Django first
from grocery.config.processes import Shop  # noqa: E402 - Django first
from grocery.kernel.outbox.pace import Pace  # noqa: E402 - Django first
from grocery.kernel.outbox.relay import Relay  # noqa: E402 - Django first
from grocery.ordering import public as ordering  # noqa: E402 - Django first
from tests.forking import forks  # noqa: E402 - Django first
from tests.hurry import without_waiting  # noqa: E402 - Django first

type Role = Literal["web", "relay"]
ROLES: tuple[Role, ...] = ("web", "relay")

_forks = forks(__name__)


class House(Protocol):
    """A web process and a relay of one shop. What a killed relay had is taken up again after a second, not ten."""

    @property
    def url(self) -> str: ...

    def start(self, role: Role) -> object:
        """Begin; a web process does not answer yet."""

    def kill(self, role: Role) -> None:
        """SIGKILL to all that belongs to it, in the middle of whatever it does."""

    def wait_for_the_web(self) -> None: ...

    def stop(self) -> None: ...


class Commands(Shop):
    """Started as everywhere: the command of granian, and `manage.py relay`."""

    def command(self, role: str) -> list[str]:
        return [word.replace("--lease=10", "--lease=1") for word in super().command(role)]

    def kill(self, role: Role) -> None:
        os.killpg(self.processes[role].pid, signal.SIGKILL)
        self.processes[role].wait()

    def wait_for_the_web(self) -> None:
        self._wait_for("web")


class Forks:
    """The same granian and the same relay, without the seconds it takes to load the shop. Works on this database.

    `web` is what its web process runs: `serve`, or something that breaks on purpose.
    """

    def __init__(self, web: Callable[[str, int], None] | None = None) -> None:
        self._web = web or serve
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self._running: dict[Role, BaseProcess] = {}

    def start(self, role: Role) -> object:
        does: Mapping[Role, Callable[..., None]] = {"web": self._web, "relay": deliver}
        process = _forks.Process(target=does[role], args=[connection.settings_dict["NAME"], self.port])
        process.start()
        self._running[role] = process
        return process

    def kill(self, role: Role) -> None:
        process = self._running.pop(role)
        assert process.pid
        (os.killpg if role == "web" else os.kill)(process.pid, signal.SIGKILL)
        process.join()
        process.close()

    def wait_for_the_web(self) -> None:
        until = monotonic() + 30
        with httpx.Client(timeout=5) as client:
            while not _answers(client, self.url):
                assert monotonic() < until, "the web process did not start"
                sleep(0.02)

    def stop(self) -> None:
        for role in list(self._running):
            self.kill(role)


def serve(database: str, port: int) -> None:
    """A web process on that database, until it is killed; it and its workers are a group."""
    os.setpgid(0, 0)
    multiprocessing.set_start_method("fork", force=True)  # so that granian's worker has all that is loaded here
    _settle_in(database)
    application = "grocery.config.wsgi:application"
    Granian(application, port=port, interface=Interfaces.WSGI, blocking_threads=4, log_enabled=False).serve()


def serve_but_never_say_what_was_ordered(database: str, port: int) -> None:
    """A web process that is killed between the COMMIT of an order and its answer."""
    place_order = ordering.place_order

    def place_order_and_die(**checkout: Any) -> NoReturn:
        place_order(**checkout)
        os.killpg(0, signal.SIGKILL)
        raise AssertionError("nobody survives this")

    ordering.place_order = place_order_and_die
    serve(database, port)


def deliver(database: str, _port: int) -> None:
    """A relay on that database, until it is killed."""
    _settle_in(database)
    Relay(threads=2, pace=Pace(lease=timedelta(seconds=1))).run()


def _settle_in(database: str) -> None:
    connection.settings_dict["NAME"] = database
    settings.FIRESTORE_PROJECT = ""
    for name, value in without_waiting().items():  # these processes know nothing of pytest's fixtures
        setattr(settings, name, value)


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(f"{url}/readyz").is_success
    except httpx.TransportError:
        return False
