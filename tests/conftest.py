"""Fixtures that every test may use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import override_settings
from hypothesis import settings as hypothesis_settings

from grocery.kernel.outbox import relay
from tests import emptying
from tests.hurry import without_waiting
from tests.running import migrated

# How long an example takes is no property of the shop: a busy machine would fail it.
hypothesis_settings.register_profile("no deadline", deadline=None)
hypothesis_settings.load_profile("no deadline")

_WORD = re.compile(r"\w+")
#: Django's own tables for people and sessions count as accounts.
_OWNER = {"auth": "accounts", "admin": "accounts", "sessions": "accounts", "contenttypes": "accounts"}


@cache
def _owners() -> dict[str, str]:
    """Each table and the domain that owns it."""
    models = [model for app in apps.all_models.values() for model in app.values()]
    return {m._meta.db_table: _OWNER.get(m._meta.app_label, m._meta.app_label) for m in models}


@lru_cache(maxsize=4096)
def domains_of(sql: str) -> frozenset[str]:
    """The domains whose tables a statement names."""
    return frozenset(_owners()[word] for word in _WORD.findall(sql) if word in _owners())


def _one_domain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if len(named := domains_of(sql)) > 1:
        pytest.fail(f"one SQL statement names the tables of {sorted(named)}: {sql}", pytrace=False)
    return execute(sql, params, many, context)


@pytest.fixture(autouse=True)
def _one_domain_per_statement(request: pytest.FixtureRequest) -> Iterator[None]:
    with connection.execute_wrapper(_one_domain):
        yield


@pytest.fixture(scope="session", autouse=True)
def _without_waiting() -> Iterator[None]:
    with override_settings(**without_waiting()):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Migrations take ten seconds: they run once, and each process copies what they made."""
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The database of this run; after a test that commits, only what it filled is emptied."""
    with django_db_blocker.unblock():
        emptying.begin()


@pytest.fixture
def deliver() -> Callable[[], int]:
    """Deliver all facts that are owed, here and now; returns how many deliveries there were."""
    return relay.drain
