"""Hot statements are planned once per connection; what they write and read is what the ORM would."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from grocery.catalog.models import Category
from grocery.kernel import prepared
from grocery.kernel.ids import new_id
from grocery.kernel.middleware import Statements
from grocery.kernel.models import IdempotencyKey
from grocery.ordering.models import Order
from tests.ordering.conftest import NOON

pytestmark = pytest.mark.django_db


def key(name: str) -> IdempotencyKey:
    now = datetime(2026, 11, 2, 5, tzinfo=UTC)
    return IdempotencyKey(
        claim=new_id(),
        scope="test",
        key=name,
        fingerprint="",
        begun_at=now,
        lease_until=now,
        kept_until=now,
        headers={"ETag": "1"},
    )


def order() -> Order:
    """An order that promises nothing; its numbers come from the database."""
    someone = new_id()
    return Order(
        epoch="G", customer_id=someone, store_id=someone, language="vi", method="card", placed_at=NOON,
        mode="delivery", slot_id=someone, slot_day=NOON.date(), slot_starts_at=NOON,
        slot_ends_at=NOON.replace(hour=23), zone="UTC", recipient="Lan", phone="1", address="1", subtotal=5, fee=0,
        fee_vat_rate=Decimal(8), total=5,
    )  # fmt: skip


def prepared_statements() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE generic_plans > 0 AND custom_plans = 0")
        return {statement for (statement,) in cursor.fetchall()}


def test_a_statement_is_planned_without_its_values_and_kept():
    assert prepared.rows("SELECT %s::int + 1 AS planned_once", [1]) == [(2,)]
    assert prepared.rows("SELECT %s::int + 1 AS planned_once", [2]) == [(3,)]
    assert prepared_statements() & {"SELECT $1::int + 1 AS planned_once"}


def test_what_the_orm_sends_is_not_kept():
    list(Category.objects.filter(slug="herbs"))
    assert not [statement for statement in prepared_statements() if "catalog_category" in statement]


def test_a_statement_is_counted_like_any_other():
    counted = Statements()
    with connection.execute_wrapper(counted):
        prepared.rows("SELECT 1")
    assert counted.number == 1


def test_rows_are_written_as_the_orm_writes_them():
    rows = [key("one"), key("two")]
    assert prepared.insert(rows) == 2
    assert {row.key: row.headers for row in IdempotencyKey.objects.all()} == {
        "one": {"ETag": "1"},
        "two": {"ETag": "1"},
    }


def test_what_the_database_fills_in_is_in_the_row():
    written = order()
    prepared.insert([written])
    read = Order.objects.get(id=written.id)
    assert (read.sequence, read.number, read.headroom) == (written.sequence, written.number, 0)
    assert written.number == f"G-{written.sequence}"


def test_a_row_that_is_there_already_is_refused_or_left_out():
    prepared.insert([key("one")])
    assert prepared.insert([key("one"), key("two")], unless_there=True) == 1
    with pytest.raises(IntegrityError):
        prepared.insert([key("one")])


def test_nothing_is_written_without_a_statement():
    counted = Statements()
    with connection.execute_wrapper(counted):
        assert prepared.insert([]) == 0
    assert counted.number == 0


def test_a_row_that_is_read_is_the_model():
    written = order()
    prepared.insert([written])
    statement = f'SELECT {prepared.columns(Order, "o")}, 1 FROM "ordering_order" o WHERE id = %s'
    [row] = prepared.rows(statement, [written.id])
    read = prepared.load(Order, row)
    assert (read, read.total, read.note) == (written, 5, "")
