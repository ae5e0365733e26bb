"""The last version wins in Firestore: two relays, facts out of order, relays killed at the worst moments.

The relays' writers are processes of their own on the real emulator, stopped where it matters and let go, or killed.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings

from grocery.inventory.gateways.firestore import FirestoreFeed
from grocery.kernel.ids import new_id
from tests.forking import forks
from tests.inventory import feed_writer
from tests.inventory.feeds import needs_emulator

pytestmark = needs_emulator


#: The processes are forked from one that has read all modules and done nothing yet.
processes = forks(feed_writer.__name__)


class Writer:
    """One relay's writer."""

    def __init__(self) -> None:
        self._orders, theirs = processes.Pipe()
        self._process = processes.Process(target=feed_writer.write, args=(theirs, settings.FIRESTORE_PROJECT))
        self._process.start()

    def takes(self, version: int, location: UUID, *, hold: str = "", without: str = "") -> object:
        """It takes this version of milk: how many documents it wrote, or "held" where it stopped."""
        return self._told((version, location, hold, without))

    def goes_on(self) -> object:
        return self._told("go on")

    def is_killed(self) -> None:
        self._process.kill()
        self._process.join()

    def _told(self, order: object) -> object:
        self._orders.send(order)
        assert self._orders.poll(30)
        return self._orders.recv()


class Relays:
    """Two that share the work, and one that comes when another was killed."""

    def __init__(self) -> None:
        self.one, self.other, self.next = self.all = [Writer() for _ in range(3)]


@pytest.fixture
def relays() -> Iterator[Relays]:
    relays = Relays()
    yield relays
    for writer in relays.all:
        writer.is_killed()


def seen(location: UUID) -> int:
    """The version that a phone sees."""
    (document,) = FirestoreFeed(settings.FIRESTORE_PROJECT).read([("milk", location)]).values()
    return document.version


@pytest.mark.parametrize("known", [True, False], ids=["it had seen", "it had never seen"])
def test_who_is_overtaken_between_reading_and_writing_writes_nothing(relays: Relays, known: bool):
    store = new_id()
    if known:
        assert relays.one.takes(1, store) == 1
    assert relays.one.takes(3, store, hold="before") == "held"
    assert relays.other.takes(5, store) == 1
    assert [relays.one.goes_on(), seen(store)] == [0, 5]


def test_who_is_overtaken_by_an_older_one_writes_the_newer(relays: Relays):
    store = new_id()
    assert relays.one.takes(5, store, hold="before") == "held"
    assert relays.other.takes(3, store) == 1
    assert [relays.one.goes_on(), seen(store)] == [1, 5]


def test_what_comes_late_changes_nothing_whoever_brings_it(relays: Relays):
    store = new_id()
    assert [relays.one.takes(5, store), relays.one.takes(4, store), relays.other.takes(4, store)] == [1, 0, 0]
    assert seen(store) == 5


@pytest.mark.parametrize(
    ("without", "hold", "versions", "left"), [("precondition", "before", (3, 5), 3), ("comparison", "", (5, 4), 4)]
)
def test_without_either_guard_an_older_version_would_win(
    relays: Relays, without: str, hold: str, versions: tuple[int, int], left: int
):
    """The control: what is shown above comes of the guards."""
    store, (first, second) = new_id(), versions
    relays.one.takes(first, store, hold=hold, without=without)
    relays.other.takes(second, store, without=without)
    if hold:
        assert relays.one.goes_on() == 1
    assert seen(store) == left


def test_killed_before_or_after_writing_and_brought_again_the_last_version_stays(relays: Relays):
    store = new_id()
    assert [relays.one.takes(6, store), relays.other.takes(6, store)] == [1, 0]

    assert relays.one.takes(7, store, hold="before") == "held"
    relays.one.is_killed()
    assert relays.other.takes(8, store, hold="after") == "held"
    relays.other.is_killed()
    assert seen(store) == 8

    again = [relays.next.takes(version, store) for version in (7, 8, 10, 9)]
    assert [again, seen(store)] == [[0, 0, 1, 0], 10]
