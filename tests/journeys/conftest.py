"""A whole shop on real servers: web, relay, worker and the providers' sandbox, each a process of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from grocery.config.embedded import free_port
from grocery.config.processes import Shop
from tests.journeys.people import open_clients

DATABASE = "journeys"


@pytest.fixture(scope="package")
def site() -> Iterator[Shop]:
    """A shop with a few hundred SKUs, opened once for all journeys."""
    home = Path(os.environ["TEST_SERVERS"]) / "journeys"
    home.mkdir()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    environment = {
        "DATABASE_URL": os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{DATABASE}",
        "REDIS_URL": os.environ["REDIS_URL"].rsplit("/", 1)[0] + "/15",
        "SECRET_KEY": os.environ["SECRET_KEY"],
        "JWT_PRIVATE_KEY": os.environ["JWT_PRIVATE_KEY"],
        "FIRESTORE_PROJECT": "",
        "DATABASE_POOL": "8",
    }
    shop = Shop(home, free_port(), free_port(), environment)
    shop.manage("collectstatic", "--no-input", "--verbosity=0")
    shop.manage("prepare_demo", "--skus=400")
    with shop.running():
        yield shop
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(autouse=True)
def _hang_up() -> Iterator[None]:
    """Close every connection that a person of the test has opened."""
    yield
    open_clients.close()


type Eventually = Callable[[Callable[[], object]], None]


@pytest.fixture
def eventually() -> Eventually:
    """Wait until something is true, because another process is about to make it so; fails after 20 seconds."""
    import time

    def wait(true: Callable[[], object]) -> None:
        until = time.monotonic() + 20
        while not true():
            if time.monotonic() > until:
                pytest.fail("it did not come true within 20 seconds")
            time.sleep(0.05)

    return wait
