"""The feed: what is committed is seen, and an older version never overwrites a newer one."""

from __future__ import annotations

import queue
import random
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from django.conf import settings

from grocery.inventory import gateways
from grocery.inventory import public as inventory
from grocery.inventory.contracts import FeedDocument, FeedUnavailable
from grocery.inventory.events import StockChanged
from grocery.inventory.gateways import StockFeed
from grocery.inventory.gateways.firestore import FirestoreFeed
from grocery.inventory.gateways.valkey import ValkeyFeed
from grocery.inventory.services import feed as feeding
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Shop, days
from tests.inventory.feeds import KINDS, Line, document, feed_of, needs_emulator


@pytest.fixture(params=KINDS)
def feed(request: pytest.FixtureRequest) -> StockFeed:
    return feed_of(request.param)


@pytest.fixture
def served_by(feed: StockFeed, monkeypatch: pytest.MonkeyPatch) -> StockFeed:
    """Each kind of feed in turn is the only one of the deployment."""
    monkeypatch.setattr(gateways, "feeds", lambda: (feed,))
    return feed


def test_what_is_written_is_read(feed: StockFeed):
    milk, salt = document(), replace(document(sku="salt"), expires_at=None, stock=quantity(7))
    assert feed.write([milk, salt]) == 2
    assert feed.read([milk.key, salt.key]) == {milk.key: milk, salt.key: salt}


def test_what_was_never_written_is_absent(feed: StockFeed):
    assert feed.read([document().key]) == {}


def test_a_newer_version_replaces_an_older_one(feed: StockFeed):
    old = document(version=7)
    new = replace(old, version=8, stock=quantity(1))
    feed.write([old])
    assert feed.write([new]) == 1
    assert feed.read([old.key]) == {old.key: new}


@pytest.mark.parametrize("late", [6, 7])
def test_an_older_or_equal_version_changes_nothing(feed: StockFeed, late: int):
    current = document(version=7)
    feed.write([current])
    assert feed.write([replace(current, version=late, stock=quantity(99))]) == 0
    assert feed.read([current.key]) == {current.key: current}


def test_versions_of_a_later_restore_epoch_are_compared_exactly(feed: StockFeed):
    current = document(version=25 * 2**40 + 1)
    feed.write([current])
    assert feed.write([replace(current, version=25 * 2**40)]) == 0
    assert feed.write([replace(current, version=25 * 2**40 + 2)]) == 1


@needs_emulator
def test_what_a_process_has_written_itself_is_not_read_again(monkeypatch: pytest.MonkeyPatch):
    feed = FirestoreFeed(settings.FIRESTORE_PROJECT)
    first = document(version=1)
    feed.write([first])
    monkeypatch.setattr(feed, "_read_versions", None)
    assert feed.write([replace(first, version=2)]) == 1
    assert feed.write([replace(first, version=1)]) == 0


def test_what_another_has_written_since_is_noticed(feed: StockFeed):
    mine, other = document(version=1), feed_of(feed.name)
    feed.write([mine])
    other.write([replace(mine, version=5)])
    assert feed.write([replace(mine, version=3)]) == 0
    assert feed.write([replace(mine, version=6)]) == 1


def test_one_late_document_does_not_hold_up_the_others(feed: StockFeed):
    late, fresh = document(version=3), document(version=3)
    feed.write([late])
    assert feed.write([replace(late, version=2), fresh]) == 1
    assert feed.read([fresh.key]) == {fresh.key: fresh}


@pytest.fixture
def switching_fast() -> Iterator[None]:
    """Threads take turns after every few instructions, so that what may interleave does."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_threads_may_use_a_feed_for_the_first_time_together(switching_fast: None):
    """When two threads each made a client, the one that was dropped took the other's connection with it."""
    writers = 8
    for _ in range(50):
        feed, ready = ValkeyFeed(settings.REDIS_URL), threading.Barrier(writers)

        def write(feed: ValkeyFeed = feed, ready: threading.Barrier = ready) -> int:
            ready.wait(10)
            return feed.write([document()])

        with ThreadPoolExecutor(writers) as pool:
            assert [done.result() for done in [pool.submit(write) for _ in range(writers)]] == [1] * writers


@pytest.mark.parametrize("seed", range(3))
def test_however_writers_interleave_the_highest_version_stays(feed: StockFeed, seed: int):
    """Four writers take the versions of three keys in random order, each at its own pace."""
    keys = [document(sku=sku) for sku in ("milk", "rice", "eggs")]
    versions = [replace(key, version=version) for key in keys for version in range(1, 21)]
    random.Random(seed).shuffle(versions)
    with ThreadPoolExecutor(4) as writers:
        shares = [versions[number::4] for number in range(4)]
        for done in [writers.submit(_insist, feed, share) for share in shares]:
            done.result()
    assert {d.sku: d.version for d in feed.read([key.key for key in keys]).values()} == {
        "milk": 20,
        "rice": 20,
        "eggs": 20,
    }


def _insist(feed: StockFeed, versions: Iterable[FeedDocument]) -> None:
    """As the outbox does: what did not get through is tried again."""
    for one in versions:
        while True:
            try:
                feed.write([one])
            except FeedUnavailable:
                continue
            break


@pytest.mark.django_db
def test_of_many_facts_about_one_item_only_the_newest_is_written(served_by: StockFeed):
    location = new_id()
    facts = [_fact(location, version) for version in (2, 5, 3)]
    feeding.show(events=facts, now=NOON)
    (seen,) = served_by.read([("milk", location)]).values()
    assert seen.version == 5


def _fact(location: UUID, version: int) -> StockChanged:
    return StockChanged(
        sku="milk",
        location=location,
        version=version,
        on_hand=quantity(9),
        reserved=quantity(2),
        available=quantity(7),
        earliest_expiry=None,
        low_stock_threshold=quantity(0),
        at=NOON,
    )


@pytest.mark.django_db
def test_a_change_of_stock_reaches_the_feed(
    served_by: StockFeed, deliver: Callable[[], int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("grocery.kernel.clock.now", lambda: NOON)
    shop = Shop()
    shop.receive("milk", 5, expires=3)
    shop.reserve("cart:a", milk=2)
    deliver()
    assert served_by.read([("milk", shop.location)]) == {
        ("milk", shop.location): FeedDocument("milk", shop.location, quantity(3), days(3), quantity(0), NOON, 2)
    }


def test_what_the_feed_does_not_have_is_told_from_stock(shop: Shop):
    shop.receive("milk", 5)
    assert inventory.read_feed(skus=["milk", "never"], location=shop.location, now=NOON) == {
        "milk": FeedDocument("milk", shop.location, quantity(5), None, quantity(0), NOON, 1)
    }


# --- when it does not answer ------------------------------------------------------------------------------------


@pytest.fixture(params=KINDS)
def line(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(request.param, monkeypatch)


def fails(feed: StockFeed) -> str:
    with pytest.raises(FeedUnavailable) as why:
        feed.write([document()])
    return "left alone" if "left alone" in str(why.value) else "tried"


def test_after_two_failures_it_is_left_alone(line: Line):
    line.cut()
    assert [fails(line.feed) for _ in range(3)] == ["tried", "tried", "left alone"]


def test_after_a_rest_one_call_tries_and_failing_rests_again(line: Line):
    line.cut()
    fails(line.feed), fails(line.feed)
    line.now = 5
    assert [fails(line.feed), fails(line.feed)] == ["tried", "left alone"]


def test_when_it_is_back_it_is_used_again(line: Line):
    line.cut()
    fails(line.feed), fails(line.feed)
    line.mend()
    line.now = 5
    assert line.feed.write([document()]) == 1
    assert line.feed.write([document()]) == 1


def test_who_looks_while_it_is_away_is_told_from_stock(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    line = Line("valkey", monkeypatch)
    shop.receive("milk", 5)
    line.cut()
    assert inventory.read_feed(skus=["milk"], location=shop.location, now=NOON)["milk"].stock == 5


# --- as a phone sees it -----------------------------------------------------------------------------------------


@needs_emulator
def test_a_listener_sees_the_document_as_it_is_laid_down():
    from google.cloud import firestore

    seen: queue.Queue[dict[str, Any]] = queue.Queue()
    milk = replace(document(version=7), stock=quantity(12))
    client = firestore.Client(project=settings.FIRESTORE_PROJECT)
    place = client.document("inventory", "milk", "locations", str(milk.location))
    listening = threading.Event()

    def on_snapshot(snapshots: list[Any], _changes: Any, _at: Any) -> None:
        listening.set()
        for snapshot in snapshots:
            if snapshot.exists:
                seen.put(snapshot.to_dict())

    watch = place.on_snapshot(on_snapshot)
    try:
        assert listening.wait(20)
        FirestoreFeed(settings.FIRESTORE_PROJECT).write([milk])
        told = seen.get(timeout=20)
    finally:
        watch.unsubscribe()
        client.close()
    assert told == {
        "stock": 12,
        "expires_at": "2026-11-24",
        "low_stock_threshold": 3,
        "last_updated": NOON,
        "version": 7,
    }
    assert told["last_updated"] - NOON == timedelta()


@needs_emulator
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "inventory/milk/locations/s1", True),
        ("GET", "inventory/milk/locations?pageSize=100", True),
        ("GET", "inventory/milk/locations?pageSize=300", False),
        ("PATCH", "inventory/milk/locations/s1", False),
        ("DELETE", "inventory/milk/locations/s1", False),
        ("GET", "anything/else", False),
        ("PATCH", "anything/else", False),
    ],
)
def test_the_rules_let_everybody_read_stock_and_nobody_write(method: str, path: str, allowed: bool):
    project = f"http://{settings.FIRESTORE_EMULATOR_HOST}/{{}}/projects/demo-rules"
    documents = project.format("v1") + "/databases/(default)/documents/"
    rules = {"name": "firestore.rules", "content": (settings.ROOT / "deploy/firestore.rules").read_text("utf-8")}
    loaded = httpx.put(project.format("emulator/v1") + ":securityRules", json={"rules": {"files": [rules]}})
    assert loaded.status_code == 200, loaded.text
    ours = {"Authorization": "Bearer owner"}
    httpx.patch(documents + "inventory/milk/locations/s1", json={"fields": {}}, headers=ours).raise_for_status()
    body: dict[str, Any] | None = {"fields": {}} if method == "PATCH" else None
    assert httpx.request(method, documents + path, json=body).status_code == (200 if allowed else 403)
