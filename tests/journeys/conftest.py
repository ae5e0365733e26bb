"""A whole shop on real servers: web, relay, worker and the providers' sandbox, each a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from grocery.config.processes import ROLES, Shop
from tests.journeys.people import open_clients
from tests.running import opened_among_the_tests


@pytest.fixture(scope="session")
def site() -> Iterator[Shop]:
    """A shop with a few hundred SKUs, opened once for all journeys."""
    with opened_among_the_tests("journeys", valkey=15, roles=ROLES) as shop:
        yield shop


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
