"""A shop to measure: real servers, durable database, one web process, the demo catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from grocery.config.embedded import free_port
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
