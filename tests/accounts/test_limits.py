"""How often one may try: guessing is slow, and does not lock the owner out."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.test import Client, RequestFactory

from grocery.accounts import public as accounts
from grocery.accounts.models import User
from grocery.accounts.policies import network_of
from grocery.kernel import ratelimit, valkey
from grocery.kernel.errors import TooManyRequests, Unavailable
from grocery.kernel.ids import new_id
from tests.accounts.people import NOON, PASSWORD, mai
from tests.accounts.test_http_api import MAI, call, problem

pytestmark = pytest.mark.django_db
HERE, THERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def _three_tries_a_minute(settings: Any) -> None:
    settings.SIGN_IN_TRIES_PER_MINUTE = 3
    valkey.client().flushdb()  # of this run alone


def guess(email: str = "mai@example.com", *, address: str = HERE, password: str = "wrong") -> str:
    try:
        accounts.check_credentials(email=email, password=password, address=address)
    except (accounts.WrongCredentials, TooManyRequests) as refused:
        return refused.code
    return "in"


def test_the_fourth_guess_is_not_even_looked_at():
    mai()
    assert [guess() for _ in range(3)] == ["wrong_credentials"] * 3
    assert guess(password=PASSWORD) == "too_many_requests"


def test_however_the_email_is_written_it_is_one():
    mai()
    assert [
        guess(email) for email in ("mai@example.com", "MAI@example.com", " mai@EXAMPLE.com", "Mai@example.com")
    ] == [
        *["wrong_credentials"] * 3,
        "too_many_requests",
    ]


def test_a_stranger_who_guesses_does_not_lock_the_owner_out():
    mai()
    assert [guess(address=THERE) for _ in range(5)][-1] == "too_many_requests"
    assert guess(password=PASSWORD) == "in"


def test_an_address_tries_thirty_accounts_a_minute():
    outcomes = [guess(f"mai{number}@example.com") for number in range(31)]
    assert outcomes == ["wrong_credentials"] * 30 + ["too_many_requests"]


def test_an_account_is_tried_thirty_times_a_minute_from_everywhere():
    outcomes = [guess(address=f"203.0.113.{number}") for number in range(31)]
    assert outcomes == ["wrong_credentials"] * 30 + ["too_many_requests"]


def test_the_current_password_cannot_be_guessed_either():
    customer = mai()
    for _ in range(3):
        with pytest.raises(accounts.WrongCredentials):
            accounts.change_password(customer_id=customer.id, current="wrong", new=PASSWORD, now=NOON)
    with pytest.raises(TooManyRequests):
        accounts.change_password(customer_id=customer.id, current=PASSWORD, new=PASSWORD, now=NOON)


def test_the_forms_of_shop_and_admin_count_too():
    mai()
    request = RequestFactory().post("/", REMOTE_ADDR=HERE)
    for _ in range(3):
        assert authenticate(request, username="mai@example.com", password="wrong") is None
    assert authenticate(request, username="mai@example.com", password=PASSWORD) is None
    assert guess(password=PASSWORD, address=THERE) == "in"


def test_over_http_the_wait_is_told(client: Client):
    for _ in range(3):
        call(client, "POST", "auth/login", {"email": "mai@example.com", "password": "wrong"})
    answer = call(client, "POST", "auth/login", {"email": "mai@example.com", "password": "wrong"})
    assert problem(answer) == (429, "too_many_requests", None)
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_an_address_registers_three_times_a_minute(client: Client):
    codes = [call(client, "POST", "auth/register", MAI | {"email": f"{n}@example.com"}).status_code for n in range(4)]
    assert (codes, User.objects.count()) == ([201, 201, 201, 429], 3)


def test_nobody_gets_in_where_nothing_can_be_counted(settings: Any):
    mai()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    valkey.client.cache_clear()
    ratelimit._script.cache_clear()
    try:
        with pytest.raises(Unavailable):
            accounts.check_credentials(email="mai@example.com", password=PASSWORD, address=HERE)
        with pytest.raises(Unavailable):
            accounts.register(email="x@example.com", password=PASSWORD, name="X", address=HERE, now=NOON)
        assert authenticate(None, username="mai@example.com", password=PASSWORD) is None
    finally:
        valkey.client.cache_clear()
        ratelimit._script.cache_clear()


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_an_address_is_counted_as_whom_it_belongs_to(address: str, counted_as: str):
    assert network_of(address) == counted_as


@pytest.mark.parametrize(
    ("trusted", "counted_as"), [(None, "10.0.0.1"), (("HTTP_X_FORWARDED_PROTO", "https"), "203.0.113.7")]
)
def test_a_forwarded_address_counts_only_from_a_trusted_proxy(trusted: Any, counted_as: str, settings: Any):
    settings.SECURE_PROXY_SSL_HEADER = trusted
    request = RequestFactory().get(
        "/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": f"{new_id()}, 203.0.113.7"}
    )
    assert accounts.address_of(request) == counted_as
