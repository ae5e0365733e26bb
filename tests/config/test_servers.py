"""How tests are spread over workers: those of a file, and those that share a running shop, never part."""

from __future__ import annotations

import pytest

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
