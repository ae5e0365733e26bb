"""The people of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.test.client import Client
from django.test.utils import CaptureQueriesContext

from grocery.accounts import public as accounts

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
PASSWORD = "tám hạt mưa rơi"
BEN_THANH, SAI_GON = "26743", "26740"
HO_CHI_MINH_CITY, HA_NOI = "79", "01"


def mai(**changes: Any) -> accounts.Profile:
    """Mai has just registered."""
    fields: dict[str, Any] = {"email": "mai@example.com", "password": PASSWORD, "name": "Nguyễn Thị Mai", "now": NOON}
    return accounts.register(**fields | changes)


def nam(**changes: Any) -> accounts.Profile:
    """Nam has, too."""
    return mai(email="nam@example.com", name="Trần Văn Nam", **changes)


def staff(*roles: accounts.Role, **changes: Any) -> accounts.Profile:
    """Someone of the staff, known by the first role."""
    name = roles[0] if roles else "root"
    fields: dict[str, Any] = {
        "email": f"{name}@shop.example",
        "password": PASSWORD,
        "name": f"The {name}",
        "roles": roles,
    }
    return accounts.create_staff(**fields | changes)


def at_home(customer: accounts.Profile, **changes: Any) -> accounts.Address:
    """An address of hers is saved."""
    fields: dict[str, Any] = {
        "recipient": "Nguyễn Thị Mai",
        "phone": "0901234567",
        "province_code": HO_CHI_MINH_CITY,
        "ward_code": BEN_THANH,
        "street": "12 Lê Lợi",
    }
    return accounts.save_address(customer_id=customer.id, **fields | changes)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def signed_in(customer: accounts.Profile) -> Client:
    """A client of the API that carries this person's access token."""
    from grocery.kernel import clock

    tokens = accounts.issue_tokens(customer_id=customer.id, now=clock.now())
    return Client(headers=bearer(tokens.access_token))


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements of the block, without the borders of its transactions."""
    said: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield said
    borders = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
    said += [query["sql"] for query in captured if not query["sql"].startswith(borders)]
