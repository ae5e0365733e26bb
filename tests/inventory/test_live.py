"""Stock as server-sent events, over real HTTP: what is there first, then every change, whatever happens."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from redis import Redis

from grocery.inventory import gateways
from grocery.inventory.contracts import FeedDocument
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import Shop
from tests.inventory.feeds import document
from tests.inventory.streams import PATIENCE, Role, live_role


@pytest.fixture(scope="module")
def _running(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Role]:
    with live_role(
        tmp_path_factory.mktemp("live") / "live.log", LIVE_STREAMS="40", LIVE_STREAMS_PER_ADDRESS="30"
    ) as r:
        yield r


@pytest.fixture
def role(_running: Role) -> Iterator[Role]:
    """All streams of a test end with it, and the next begins when the role knows."""
    yield _running
    _running.hang_up()
    eventually(lambda: _running.figure("grocery_live_streams") == 0)


@pytest.fixture
def location() -> UUID:
    return new_id()


def eventually(true: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.01)


def write(location: UUID, version: int, amount: int | str = 5, *, sku: str = "milk") -> FeedDocument:
    written = replace(document(version, sku=sku, location=location), stock=quantity(amount), expires_at=None)
    gateways.own_feed().write([written])
    return written


# --- what is told -----------------------------------------------------------------------------------------------


def test_what_is_there_is_told_first_and_then_each_change(role: Role, location: UUID):
    write(location, 3, "2.5")
    stream = role.listen(location, "milk")
    assert [event.said for event in stream.told(1)] == [
        {"sku": "milk", "in_stock": True, "available": 2.5, "earliest_expiry": None, "version": 3}
    ]
    write(location, 4, 0)
    write(location, 5, 7)
    changes = stream.told_at_last(5)
    assert (changes[-1].id, changes[-1].brief) == ("5", ("milk", 7, 5))


def test_a_stream_is_what_browsers_take_for_one(role: Role, location: UUID):
    stream = role.listen(location, "milk")
    kept = {name: stream.headers[name] for name in ("content-type", "cache-control", "x-accel-buffering")}
    assert (stream.status, kept) == (
        200,
        {
            "content-type": "text/event-stream",
            "cache-control": "no-store, no-transform",
            "x-accel-buffering": "no",
        },
    )
    assert "access-control-allow-origin" not in stream.headers


def test_all_lines_of_a_cart_are_told_and_no_others(role: Role, location: UUID):
    for sku in ("milk", "rice", "eggs"):
        write(location, 1, sku=sku)
    stream = role.listen(location, "milk", "rice", "milk")
    assert sorted(event.brief for event in stream.told(2)) == [("milk", 5, 1), ("rice", 5, 1)]
    write(location, 2, sku="eggs")
    write(new_id(), 9, sku="milk")
    write(location, 2, sku="rice")
    assert [event.brief for event in stream.told(1)] == [("rice", 5, 2)]


def test_customers_are_not_told_of_more_than_twenty(role: Role, location: UUID):
    write(location, 1, 300)
    assert role.listen(location, "milk").told(1)[0].brief == ("milk", 20, 1)


def test_what_the_store_never_had_is_told_as_nothing_of_version_0(role: Role, location: UUID):
    stream = role.listen(location, "milk")
    assert [event.brief for event in stream.told(1)] == [("milk", 0, 0)]
    write(location, 1)
    assert [event.brief for event in stream.told(1)] == [("milk", 5, 1)]


@pytest.mark.django_db(transaction=True)
def test_a_sale_reaches_the_stream_and_what_the_feed_lacks_is_told_from_stock(role: Role, deliver: Callable[[], int]):
    shop = Shop()
    shop.receive("milk", 5)
    stream = role.listen(shop.location, "milk")
    assert [event.brief for event in stream.told(1)] == [("milk", 5, 1)]
    shop.reserve("cart:a", milk=2)
    deliver()
    assert [event.brief for event in stream.told(1)] == [("milk", 3, 2)]


def test_an_older_version_that_arrives_late_is_not_told(role: Role, location: UUID):
    stream = role.listen(location, "milk")
    stream.told(1)
    write(location, 7)
    late = [write(location, 6, 1), write(location, 8, 2)]
    assert [event.id for event in stream.told_at_last(8)] == ["7", str(late[1].version)]


# --- coming back ------------------------------------------------------------------------------------------------


def test_who_comes_back_is_told_what_changed_meanwhile(role: Role, location: UUID):
    write(location, 1)
    stream = role.listen(location, "milk")
    last = stream.told(1)[0].id
    stream.close()
    write(location, 2, 1)
    back = role.listen(location, "milk", headers={"Last-Event-ID": last})
    assert [event.brief for event in back.told(1)] == [("milk", 1, 2)]


def test_who_comes_back_to_the_same_is_told_only_what_is_newer(role: Role, location: UUID):
    write(location, 4)
    back = role.listen(location, "milk", headers={"Last-Event-ID": "4"})
    write(location, 5)
    assert [event.id for event in back.told(1)] == ["5"]


@pytest.mark.parametrize("claimed", ["-1", "x", "1e3", "9" * 40])
def test_a_last_event_id_that_is_none_is_ignored(role: Role, location: UUID, claimed: str):
    write(location, 1)
    stream = role.listen(location, "milk", headers={"Last-Event-ID": claimed})
    assert [event.id for event in stream.told(1)] == ["1"]


def test_nothing_is_lost_between_looking_and_listening(role: Role, location: UUID):
    """Streams begin while versions are written; each ends up with the last."""
    streams = []
    for version in range(1, 21):
        write(location, version)
        streams.append(role.listen(location, "milk"))
    assert {stream.told_at_last(20)[-1].id for stream in streams} == {"20"}


def test_when_announcements_were_missed_streams_look_for_themselves(role: Role, location: UUID):
    write(location, 1)
    stream = role.listen(location, "milk")
    stream.told(1)
    missed = replace(document(2, location=location), stock=quantity(1))
    _write_unannounced(missed)
    for connection in Redis.from_url(settings.REDIS_URL).client_list(_type="pubsub"):
        Redis.from_url(settings.REDIS_URL).client_kill(connection["addr"])
    assert [event.brief for event in stream.told(1)] == [("milk", 1, 2)]


def _write_unannounced(one: FeedDocument) -> None:
    feed = gateways.own_feed()
    channel, feed._channel = feed._channel, "nobody listens here"
    try:
        feed.write([one])
    finally:
        feed._channel = channel


# --- what it costs, and whom it refuses -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"sku": ["milk"]}, "store"),
        ({"store": "here", "sku": ["milk"]}, "store"),
        ({"store": str(new_id())}, "sku"),
        ({"store": str(new_id()), "sku": ["mi lk"]}, "sku.0"),
        ({"store": str(new_id()), "sku": [f"s{n}" for n in range(201)]}, "sku"),
        ({"store": str(new_id()), "sku": ["milk"], "depth": "1"}, "depth"),
    ],
)
def test_what_cannot_be_streamed_is_a_problem_before_it_begins(role: Role, parameters: dict[str, Any], field: str):
    answer = role.get("/live/stock", **parameters)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert (answer.json()["code"], answer.json()["field"]) == ("invalid", field)


def test_two_hundred_lines_can_be_watched(role: Role, location: UUID):
    stream = role.listen(location, *(f"s{number}" for number in range(200)))
    assert len({event.said["sku"] for event in stream.told(200)}) == 200


def test_an_address_may_open_only_so_many(role: Role, location: UUID):
    streams = [role.listen(location, "milk") for _ in range(30)]
    refused = role.listen(location, "milk")
    assert ({stream.status for stream in streams}, refused.status) == ({200}, 429)
    assert refused.headers["retry-after"] == "30"
    streams[0].close()
    eventually(lambda: role.figure("grocery_live_streams") == 29)
    assert role.listen(location, "milk").status == 200


def test_only_get_is_answered(role: Role):
    import httpx

    answer = httpx.post(f"{role.url}/live/stock")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_streams_take_no_threads(role: Role, location: UUID):
    """Django would keep one per request for what is not asynchronous."""
    before = role.threads()
    streams = [role.listen(location, "milk") for _ in range(30)]
    for stream in streams:
        stream.told(1)
    assert role.threads() - before < 10


def test_who_does_not_read_is_told_the_newest_once_he_does(role: Role, location: UUID):
    """What he has not taken waits as one document per line, however much changes."""
    skus = [f"s{number}" for number in range(200)]
    host, port = role.url.removeprefix("http://").split(":")
    query = f"store={location}&" + "&".join(f"sku={sku}" for sku in skus)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((host, int(port)))
        slow.sendall(f"GET /live/stock?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        for version in range(1, 151):
            gateways.own_feed().write([document(version, sku=sku, location=location) for sku in skus])
        told = role.figure("grocery_live_documents_total")
        assert role.resident() < 200_000_000
        seen, slow_end = b"", time.monotonic() + PATIENCE
        while seen.count(b'"version":150}') < 200 and time.monotonic() < slow_end:
            seen += slow.recv(1_000_000)
    assert seen.count(b'"version":150}') == 200
    assert told < 150 * 200


def test_probes_and_figures_are_served(role: Role):
    assert [role.get(path).status_code for path in ("/healthz", "/readyz", "/metrics", "/elsewhere")] == [
        200,
        200,
        200,
        404,
    ]


@pytest.mark.django_db(transaction=True)
def test_the_role_ends_its_streams_when_it_is_told_to_end(tmp_path: Path):
    with live_role(tmp_path / "live.log") as role:
        stream = role.listen(new_id(), "milk")
        stream.told(1)
        role.process.send_signal(signal.SIGTERM)
        assert stream.ended()
        assert role.process.wait(PATIENCE) == 0
