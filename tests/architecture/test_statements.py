"""One domain per SQL statement: the watch over every statement of every test bites."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.conftest import domains_of


@pytest.mark.parametrize(
    ("sql", "domains"),
    [
        ('SELECT * FROM "accounts_user"', {"accounts"}),
        ('SELECT 1 FROM "kernel_inboxentry" JOIN "accounts_user" ON true', {"kernel", "accounts"}),
        ("UPDATE kernel_inboxentry SET attempts = 0 FROM accounts_user", {"kernel", "accounts"}),
        ('SELECT * FROM "django_session" JOIN "accounts_user" ON true', {"accounts"}),
        ('SELECT * FROM "auth_group" JOIN "django_content_type" ON true', {"accounts"}),
        ('SELECT "delivery_fee" FROM "accounts_user"', {"accounts"}),
        ("SAVEPOINT s1", set()),
    ],
)
def test_the_domains_of_a_statement_are_those_whose_tables_it_names(sql: str, domains: set[str]):
    assert domains_of(sql) == domains


@pytest.mark.django_db
def test_a_statement_over_two_domains_fails_the_test_that_runs_it():
    with pytest.raises(pytest.fail.Exception, match="tables of"), connection.cursor() as cursor:
        cursor.execute('SELECT 1 FROM "accounts_user" JOIN "kernel_outboxevent" ON true')
