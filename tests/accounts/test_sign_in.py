"""Proving who one is, changing the password, being signed out."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from grocery.accounts import public as accounts
from grocery.accounts.models import User
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.principal import GUEST
from tests.accounts.people import MINUTE, NOON, PASSWORD, mai, staff, statements

pytestmark = pytest.mark.django_db
NEW = "chín con trâu ăn cỏ"


class CountingHasher(MD5PasswordHasher):
    """Knows how often it had to work."""

    worked: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str) -> str:
        self.worked.append("hashed")
        return super().encode(password, salt)


def test_the_right_password_tells_who_it_is():
    customer = mai()
    assert accounts.check_credentials(email="MAI@example.com ", password=PASSWORD) == customer


def close(customer: accounts.Profile) -> None:
    accounts.set_active(user_id=customer.id, active=False, now=NOON)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("mai@example.com", "wrong"),
        ("nobody@example.com", PASSWORD),
        ("no e-mail", PASSWORD),
        ("closed@example.com", PASSWORD),
    ],
)
def test_all_that_is_wrong_reads_and_costs_the_same(email: str, password: str, settings: Any):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    mai()
    close(mai(email="closed@example.com"))
    CountingHasher.worked.clear()
    with pytest.raises(accounts.WrongCredentials) as refused:
        accounts.check_credentials(email=email, password=password)
    assert refused.value.extra() == {}
    assert CountingHasher.worked == ["hashed"]


def test_a_new_password_replaces_the_old_one():
    customer = mai()
    accounts.change_password(customer_id=customer.id, current=PASSWORD, new=NEW, now=NOON)
    assert accounts.check_credentials(email=customer.email, password=NEW) == customer
    with pytest.raises(accounts.WrongCredentials):
        accounts.check_credentials(email=customer.email, password=PASSWORD)


def test_the_password_stays_when_the_current_one_is_wrong_or_the_new_one_weak():
    customer = mai()
    with pytest.raises(accounts.WrongCredentials):
        accounts.change_password(customer_id=customer.id, current="wrong", new=NEW, now=NOON)
    with pytest.raises(accounts.WeakPassword):
        accounts.change_password(customer_id=customer.id, current=PASSWORD, new="short", now=NOON)
    assert accounts.check_credentials(email=customer.email, password=PASSWORD) == customer


def test_a_password_is_hashed_before_anything_is_locked_or_written():
    customer = mai()
    with statements() as said:
        accounts.change_password(customer_id=customer.id, current=PASSWORD, new=NEW, now=NOON)
    assert [sql.split()[0] for sql in said] == ["SELECT", "UPDATE", "UPDATE"]


def ways_to_end_a_session(customer: accounts.Profile) -> dict[str, Any]:
    return {
        "new password": lambda: accounts.change_password(
            customer_id=customer.id, current=PASSWORD, new=NEW, now=NOON
        ),
        "reset password": lambda: accounts.reset_password(user_id=customer.id, new=NEW, now=NOON),
        "ended": lambda: accounts.end_sessions(user_id=customer.id, now=NOON),
        "closed": lambda: close(customer),
    }


@pytest.mark.parametrize("way", ["new password", "reset password", "ended", "closed"])
def test_sessions_end_at_the_next_request(way: str, client: Client):
    root = staff(is_superuser=True)
    assert client.login(username=root.email, password=PASSWORD)
    assert client.get(reverse("admin:index")).status_code == 200
    ways_to_end_a_session(root)[way]()
    assert client.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize("way", ["new password", "reset password", "ended", "closed"])
def test_refresh_tokens_end_with_the_sessions(way: str):
    customer = mai()
    tokens = accounts.sign_in(email=customer.email, password=PASSWORD, now=NOON)
    ways_to_end_a_session(customer)[way]()
    with pytest.raises(accounts.RefreshRefused):
        accounts.refresh(refresh_token=tokens.refresh_token, now=NOON + MINUTE)


def test_refresh_tokens_end_when_django_itself_sets_the_password():
    customer = mai()
    tokens = accounts.sign_in(email=customer.email, password=PASSWORD, now=NOON)
    user = User.objects.get()
    user.set_password(NEW)
    user.save()
    with pytest.raises(accounts.RefreshRefused):
        accounts.refresh(refresh_token=tokens.refresh_token, now=NOON + MINUTE)


def test_django_signs_in_with_the_same_rules():
    customer = mai()
    assert authenticate(None, username="MAI@example.com", password=PASSWORD) == User.objects.get()
    assert authenticate(None, username=customer.email, password="wrong") is None
    assert authenticate(None, username=None, password=None) is None
    close(customer)
    assert authenticate(None, username=customer.email, password=PASSWORD) is None


def test_a_session_is_a_principal_by_the_roles_of_this_moment():
    picker = staff(accounts.Role.PICKER)
    store = new_id()
    accounts.update_staff(user_id=picker.id, roles=[accounts.Role.BUYER], store_id=store)
    principal = accounts.principal_of_session(User.objects.get())
    assert (principal.kind, principal.id, principal.roles, principal.store_id) == (
        "staff",
        picker.id,
        frozenset({"buyer"}),
        store,
    )


def test_nobody_signed_in_is_a_guest():
    assert accounts.principal_of_session(AnonymousUser()) == GUEST


def test_what_does_not_exist_is_not_found():
    nobody = accounts.CustomerId(new_id())
    for ask in (
        lambda: accounts.profile(customer_id=nobody),
        lambda: accounts.contact(customer_id=nobody),
        lambda: accounts.update_profile(customer_id=nobody, name="Nobody"),
        lambda: accounts.issue_tokens(customer_id=nobody, now=NOON),
        lambda: accounts.change_password(customer_id=nobody, current="x", new=NEW, now=NOON),
        lambda: accounts.reset_password(user_id=nobody, new=NEW, now=NOON),
        lambda: accounts.set_active(user_id=nobody, active=False, now=NOON),
        lambda: accounts.update_staff(user_id=nobody, roles=[accounts.Role.BUYER], store_id=None),
    ):
        with pytest.raises(NotFound):
            ask()
