"""What the tests of accounts share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grocery.config import settings as production

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture
def slow_hashing(settings: Any) -> None:
    """The hashing of production."""
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS


def shared(path: str) -> Path:
    """A file of the data that is not part of the project; the test is skipped where it is absent."""
    file = SHARED / path
    if not file.exists():
        pytest.skip(f"needs {path} beside the checkout")
    return file


@pytest.fixture
def phone_vectors() -> dict[str, str | None]:
    vectors: dict[str, dict[str, str | None]] = json.loads(
        shared("integrations/vectors/vectors.json").read_text(encoding="utf-8")
    )
    return vectors["phones"]


@pytest.fixture
def naughty_strings() -> list[str]:
    strings: list[str] = json.loads(shared("data/naughty_strings/blns_first_half.json").read_text(encoding="utf-8"))
    return strings


@pytest.fixture
def july_list() -> Path:
    return shared("data/vn_addresses/two_tier_2026-07.csv")
