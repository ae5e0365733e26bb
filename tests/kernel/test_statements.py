"""What is asked all the time is planned once for each connection."""

from __future__ import annotations

import pytest
from django.db import DataError, connection

from grocery.kernel import statements
from grocery.kernel.middleware import Statements

_TWICE = "SELECT n, 2 * n FROM unnest(%(numbers)s::int[]) AS given(n) WHERE n > %(above)s AND n / %(above)s >= 0"


def _prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT n, 2%'")
        [found] = cursor.fetchone()
    return int(found)


@pytest.mark.django_db(transaction=True)
def test_a_statement_is_prepared_once_counted_each_time_and_fails_as_others_do():
    counted = Statements()
    with connection.execute_wrapper(counted):
        for above in (1, 2, 3):
            assert statements.rows("default", _TWICE, numbers=[1, 2, 5], above=above)[-1] == (5, 10)
    assert [counted.number, _prepared()] == [3, 1]
    with pytest.raises(DataError):
        statements.rows("default", _TWICE, numbers=[1, 2, 5], above=0)
