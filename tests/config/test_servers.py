"""How tests are spread over workers: those of a file, and those that share a running shop, never part. What starts
processes keeps what they compile.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from grocery.config.embedded import keep_bytecode
from tests.servers import scope_of


@pytest.mark.parametrize(
    ("test", "scope"),
    [
        ("tests/browser/test_ways.py::test_a_way", "tests/browser"),
        ("tests/browser/test_live.py::test_a_page[/en-words1-1]", "tests/browser"),
        ("tests/browser/test_live.py::test_a_page[a::b/c]", "tests/browser"),
        ("tests/journeys/test_order.py::test_a_way[vi]", "tests/journeys"),
        ("tests/kernel/test_money.py::test_a_sum[1/2]", "tests/kernel/test_money.py"),
    ],
)
def test_what_shares_a_shop_or_fixtures_stays_in_one_worker(test: str, scope: str):
    assert scope_of(test) == scope


@pytest.fixture
def python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """One that has been told nothing about bytecode, with a state folder of its own."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"):
        monkeypatch.setenv(name, "is put back in any case")
        monkeypatch.delenv(name)
    monkeypatch.setenv("GROCERY_STATE", str(tmp_path))
    return monkeypatch


def told() -> tuple[object, ...]:
    children = os.environ.get("PYTHONDONTWRITEBYTECODE"), os.environ.get("PYTHONPYCACHEPREFIX")
    return sys.dont_write_bytecode, sys.pycache_prefix, *children


def test_where_bytecode_is_forbidden_it_is_kept_apart_from_the_sources(python: pytest.MonkeyPatch, tmp_path: Path):
    python.setenv("PYTHONDONTWRITEBYTECODE", "1")
    keep_bytecode()
    assert told() == (False, str(tmp_path / "bytecode"), None, str(tmp_path / "bytecode"))


def test_where_nobody_minds_bytecode_lies_where_python_puts_it(python: pytest.MonkeyPatch):
    before = told()
    keep_bytecode()
    assert told() == before
