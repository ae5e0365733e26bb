"""Hot statements are planned once per connection; what they write and read is what the ORM would."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DEFAULT_DB_ALIAS, DataError, IntegrityError, connection, transaction

from grocery.catalog.models import Category
from grocery.kernel import statements
from grocery.kernel.ids import new_id
from grocery.kernel.middleware import Statements
from grocery.kernel.models import IdempotencyKey
from grocery.ordering.models import Order
from tests.ordering.conftest import NOON

pytestmark = pytest.mark.django_db

_TWICE = "SELECT n, 2 * n FROM unnest(%(numbers)s::int[]) AS given(n) WHERE n > %(above)s AND n / %(above)s >= 0"


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


def test_a_statement_is_planned_once_without_its_values_counted_each_time_and_fails_as_others_do():
    counted = Statements()
    with connection.execute_wrapper(counted):
        for above in (1, 2, 3):
            assert statements.rows(DEFAULT_DB_ALIAS, _TWICE, numbers=[1, 2, 5], above=above)[-1] == (5, 10)
    assert counted.number == 3
    assert len([one for one in prepared_statements() if one.startswith("SELECT n, 2")]) == 1
    with pytest.raises(DataError):
        statements.rows(DEFAULT_DB_ALIAS, _TWICE, numbers=[1, 2, 5], above=0)


@pytest.mark.django_db(transaction=True)
def test_a_rollback_forgets_no_statement():
    statement = "SELECT 1 AS kept"
    with suppress(ZeroDivisionError), transaction.atomic():
        statements.rows(DEFAULT_DB_ALIAS, statement)
        raise ZeroDivisionError
    assert statement in prepared_statements()
    with suppress(ZeroDivisionError), transaction.atomic(), transaction.atomic():
        raise ZeroDivisionError
    statements.rows(DEFAULT_DB_ALIAS, statement)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement = %s", [statement])
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("forgetting", ["DISCARD ALL", "DEALLOCATE ALL"])
def test_what_the_server_forgot_is_prepared_again(forgetting: str):
    statements.rows(DEFAULT_DB_ALIAS, "SELECT 1 AS forgotten")
    with connection.cursor() as cursor:
        cursor.execute(forgetting)
    assert statements.rows(DEFAULT_DB_ALIAS, "SELECT 1 AS forgotten") == [(1,)]


@pytest.mark.parametrize(("statement", "rows"), [("SELECT WHERE true", [()]), ("SELECT WHERE false", [])])
def test_rows_without_columns_are_rows(statement: str, rows: list[tuple[()]]):
    """Whether there is one is all that some want to know."""
    assert statements.rows(DEFAULT_DB_ALIAS, statement) == rows


def test_what_changes_rows_returns_none():
    assert statements.rows(DEFAULT_DB_ALIAS, "UPDATE catalog_category SET position = 1") == []


def test_what_the_orm_sends_is_not_kept():
    list(Category.objects.filter(slug="herbs"))
    assert not [statement for statement in prepared_statements() if '"slug" =' in statement]


def test_rows_are_written_as_the_orm_writes_them():
    rows = [key("one"), key("two")]
    assert statements.insert(rows) == 2
    assert {row.key: row.headers for row in IdempotencyKey.objects.all()} == {
        "one": {"ETag": "1"},
        "two": {"ETag": "1"},
    }


def test_what_the_database_fills_in_is_in_the_row():
    written = order()
    statements.insert([written])
    read = Order.objects.get(id=written.id)
    assert (read.sequence, read.number, read.headroom) == (written.sequence, written.number, 0)
    assert written.number == f"G-{written.sequence}"


def test_a_row_that_is_there_already_is_refused_or_left_out():
    statements.insert([key("one")])
    assert statements.insert([key("one"), key("two")], on_conflict="DO NOTHING") == 1
    with pytest.raises(IntegrityError):
        statements.insert([key("one")])


def test_nothing_is_written_without_a_statement():
    counted = Statements()
    with connection.execute_wrapper(counted):
        assert statements.insert([]) == 0
    assert counted.number == 0


def test_a_row_that_is_read_is_the_model():
    written = order()
    statements.insert([written])
    statement = f'SELECT {statements.columns(Order, "o")}, 1 FROM "ordering_order" o WHERE id = %s'
    [row] = statements.rows(DEFAULT_DB_ALIAS, statement, [written.id])
    read = statements.load(Order, row)
    assert (read, read.total, read.note) == (written, 5, "")


def test_a_row_that_is_there_is_changed_as_the_orm_changes_it_and_read_as_it_reads_it():
    rows = [key("one"), key("two")]
    statements.insert(rows)
    rows[0].headers, rows[0].fingerprint, rows[0].status = {"ETag": "2", "Vary": None}, "changed", 201
    statements.update(rows[0], "headers", "status")
    columns = statements.columns(IdempotencyKey, "held")
    found = statements.rows(DEFAULT_DB_ALIAS, f"SELECT {columns} FROM kernel_idempotencykey held ORDER BY key")
    loaded, read = (
        [statements.load(IdempotencyKey, row) for row in found],
        list(IdempotencyKey.objects.order_by("key")),
    )
    every = [field.attname for field in IdempotencyKey._meta.concrete_fields if field.attname != "body"]
    assert [[getattr(row, name) for name in every] for row in loaded] == [
        [getattr(row, name) for name in every] for row in read
    ]
    assert [(row.headers, row.fingerprint, row.status) for row in loaded] == [
        ({"ETag": "2", "Vary": None}, "", 201),
        ({"ETag": "1"}, "", None),
    ]
