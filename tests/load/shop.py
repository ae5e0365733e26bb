"""A shop to measure: real servers, durable database, one web process, the demo catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from grocery.config.embedded import ROOT, free_port, spawn, wait_until
from grocery.config.processes import Shop
from tests.running import opened, servers_of_its_own


@dataclass
class Measured:
    """A running shop and the pids of what works for it."""

    shop: Shop
    database_pid: int

    @property
    def web_pid(self) -> int:
        return self.shop.processes["web"].pid


@contextmanager
def migrated() -> Iterator[dict[str, str]]:
    """The environment of an empty, migrated database."""
    with servers_of_its_own(durable=True) as servers:
        shop = Shop(servers.home, free_port(), free_port(), servers.environment)
        shop.manage("migrate", "--verbosity=0")
        yield shop.environment


@contextmanager
def open_shop(*, skus: int, **settings: str) -> Iterator[Measured]:
    """A shop with so many SKUs on its shelves, its web process running with these settings."""
    with servers_of_its_own(durable=True) as servers:
        pid = int((servers.postgres.home / "postmaster.pid").read_text().splitlines()[0])
        environment = {**servers.environment, **settings}
        with opened(servers.home / "shop", environment, roles=("web",), skus=skus) as shop:
            yield Measured(shop, pid)


@dataclass(frozen=True)
class Server:
    """Who answers."""

    port: int
    pid: int


@contextmanager
def served_bare(measured: Measured, application: str, answers: Callable[[int], bool]) -> Iterator[Server]:
    """A yardstick, `application` of a module beside this one, served as the shop is: by granian with two threads.

    It is there once it `answers` at its port.
    """
    port, log = free_port(), measured.shop.home / "bare.log"
    options = ["--http=1", "--no-ws", "--host=127.0.0.1", "--interface=wsgi", "--workers=1", "--blocking-threads=2"]
    command = [str(ROOT / ".venv/bin/granian"), *options, f"--port={port}", f"tests.load.{application}:application"]
    environment = {**measured.shop.environment, "DJANGO_SETTINGS_MODULE": "grocery.config.settings"}
    process = spawn(command, log=log, env=environment)

    def is_there() -> bool:
        try:
            return answers(port)
        except httpx.HTTPError:
            return False

    try:
        wait_until(is_there, child=process, log=log)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(10)
