"""Fixtures that every test may use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from grocery.kernel.outbox import relay

_TABLE = re.compile(r'"(' + "|".join([*settings.DOMAINS, "kernel", "auth", "django", "waffle"]) + r')_\w+"')
#: Django's own tables for people and sessions count as accounts.
_OWNER = {"auth": "accounts", "django": "accounts"}


def domains_of(sql: str) -> set[str]:
    """The domains whose tables a statement names."""
    return {_OWNER.get(prefix, prefix) for prefix in _TABLE.findall(sql)}


def _one_domain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if len(named := domains_of(sql)) > 1:
        pytest.fail(f"one SQL statement names the tables of {sorted(named)}: {sql}", pytrace=False)
    return execute(sql, params, many, context)


@pytest.fixture(autouse=True)
def _one_domain_per_statement(request: pytest.FixtureRequest) -> Iterator[None]:
    with connection.execute_wrapper(_one_domain):
        yield


@pytest.fixture
def deliver() -> Callable[[], int]:
    """Deliver all facts that are owed, here and now; returns how many deliveries there were."""
    return relay.drain
