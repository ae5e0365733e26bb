"""A feed that is away, or that had a document a moment ago, is owed it: one row per key, written as it is then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from grocery.inventory import public as inventory
from grocery.inventory.models import FeedDebt
from grocery.inventory.services import feed as feeding
from grocery.kernel.models import InboxEntry
from tests.inventory.conftest import NOON, Shop
from tests.inventory.feeds import KINDS, Line

pytestmark = pytest.mark.django_db
type Deliver = Callable[[], int]


@pytest.fixture(params=KINDS)
def line(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(request.param, monkeypatch)


def owed(shop: Shop) -> list[str]:
    return sorted(FeedDebt.objects.filter(location=shop.location).values_list("sku", flat=True))


def shown(line: Line, shop: Shop, sku: str = "milk") -> Any:
    return line.feed.read([(sku, shop.location)])["milk", shop.location].stock


def let_time_pass() -> None:
    """What is owed is due now, and every document has rested."""
    from grocery.kernel import valkey

    FeedDebt.objects.update(due_at=NOON)
    for key in valkey.client().scan_iter("rest:*"):
        valkey.client().delete(key)


def pay() -> int:
    let_time_pass()
    return inventory.pay_feed_debts(now=NOON)


def test_while_it_is_away_facts_are_handled_and_each_item_is_owed_once(line: Line, deliver: Deliver):
    shop = Shop()
    line.cut()
    for _ in range(3):
        shop.receive("milk", 5)
        shop.receive("rice", 1)
        deliver()
    assert owed(shop) == ["milk", "rice"]
    assert InboxEntry.objects.owed().of("inventory.show_stock").count() == 0


def test_when_it_is_back_it_is_shown_what_is_true_then(line: Line, deliver: Deliver):
    shop = Shop()
    line.cut()
    shop.receive("milk", 5)
    deliver()
    shop.receive("milk", 1)
    line.mend()
    assert [pay(), shown(line, shop), owed(shop)] == [1, 6, []]


def test_what_is_owed_can_be_seen(line: Line, deliver: Deliver):
    shop = Shop()
    line.cut()
    shop.receive("milk", 5)
    shop.receive("rice", 5)
    deliver()
    documents, oldest = FeedDebt.objects.owed()[line.feed.name]
    assert (documents, oldest.total_seconds() >= 0) == (2, True)


def test_paying_while_it_is_still_away_keeps_the_debt(line: Line, deliver: Deliver):
    shop = Shop()
    line.cut()
    shop.receive("milk", 5)
    deliver()
    assert [pay(), owed(shop)] == [0, ["milk"]]


def test_what_is_owed_anew_while_it_is_being_written_stays_owed(
    line: Line, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
):
    shop = Shop()
    line.cut()
    shop.receive("milk", 5)
    deliver()
    line.mend()
    write = line.feed.write

    def change_meanwhile(documents: Any) -> int:
        count: int = write(documents)
        FeedDebt.objects.owe(line.feed.name, [("milk", shop.location)], pause=line.feed.pause)
        return count

    monkeypatch.setattr(line.feed, "write", change_meanwhile)
    assert [pay(), owed(shop)] == [0, ["milk"]]


def test_a_debt_that_another_is_paying_is_left_to_him(line: Line, deliver: Deliver):
    shop = Shop()
    line.cut()
    shop.receive("milk", 5)
    deliver()
    line.mend()
    let_time_pass()
    taken = FeedDebt.objects.claim(line.feed.name, size=10, lease=feeding._LEASE)
    assert [len(taken), inventory.pay_feed_debts(now=NOON)] == [1, 0]


def test_a_document_that_was_written_a_moment_ago_rests_and_is_owed(
    monkeypatch: pytest.MonkeyPatch, deliver: Deliver
):
    line, shop = Line("valkey", monkeypatch), Shop()
    monkeypatch.setattr(line.feed, "pause", feeding._LATE, raising=False)
    for _ in range(5):
        shop.receive("milk", 1)
        deliver()
    assert [shown(line, shop), owed(shop)] == [1, ["milk"]]
    assert [pay(), shown(line, shop), owed(shop)] == [1, 5, []]


def test_facts_that_were_held_up_are_overtaken_by_what_is_true(line: Line, deliver: Deliver):
    """An hour's facts in one batch after another: the first of each key shows the last of it."""
    shop = Shop()
    for _ in range(4):
        shop.receive("milk", 1)
    first = InboxEntry.objects.owed().of("inventory.show_stock").order_by("id").first()
    assert first is not None
    InboxEntry.objects.owed().of("inventory.show_stock").exclude(id=first.id).update(attempts=99)
    deliver()
    assert shown(line, shop) == 4


def test_two_relays_that_owe_the_same_do_not_wait_for_each_other(line: Line):
    """Rows are taken in the order of their keys, whatever order they are named in."""
    shop = Shop()
    keys = [(f"s{number}", shop.location) for number in range(50)]
    FeedDebt.objects.owe("valkey", keys, pause=feeding._RETRY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sku FROM inventory_feeddebt WHERE location = %s ORDER BY id", [shop.location])
        assert [sku for (sku,) in cursor.fetchall()] == sorted(sku for sku, _ in keys)
