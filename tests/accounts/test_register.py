"""Becoming a customer."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from grocery.accounts import public as accounts
from grocery.accounts.models import User
from grocery.kernel.errors import Invalid
from grocery.kernel.models import OutboxEvent
from tests.accounts.people import NOON, PASSWORD, mai

pytestmark = pytest.mark.django_db


def test_a_customer_is_kept_in_normal_form():
    profile = mai(
        email=" Mai@Example.com", name=" Nguye\u0302\u0303n Thi\u0323 Mai ", phone="0901 234 567", language="en"
    )
    assert profile == accounts.Profile(
        id=profile.id,
        email="mai@example.com",
        name="Nguyễn Thị Mai",
        phone="+84901234567",
        language="en",
        roles=frozenset(),
        store_id=None,
    )
    assert accounts.profile(customer_id=profile.id) == profile


def test_a_customer_needs_no_phone():
    assert mai(phone="").phone == ""


def test_registering_is_told_without_personal_data():
    customer = mai()
    event = OutboxEvent.objects.get(name="accounts.CustomerRegistered")
    assert event.stream == f"customer:{customer.id}"
    assert set(event.payload) == {"event_id", "customer_id"}


def test_an_email_registers_once_however_it_is_written():
    mai()
    with pytest.raises(accounts.EmailTaken):
        mai(email="MAI@example.COM")
    assert User.objects.count() == 1
    assert OutboxEvent.objects.count() == 1


def test_a_weak_password_is_refused_in_both_languages():
    with pytest.raises(accounts.WeakPassword) as refused:
        mai(password="123456")
    assert refused.value.field == "password"
    assert refused.value.text("en") == (
        "This password is too short. It must contain at least 10 characters. This password is too common."
    )
    assert refused.value.text("vi") == "Mật khẩu quá ngắn, cần ít nhất 10 ký tự. Mật khẩu này quá phổ biến."


@pytest.mark.parametrize("password", ["mai@example.com", "nguyenthimai", "Nguyễn Thị Mai"])
def test_a_password_that_is_the_name_or_the_email_is_refused(password: str):
    with pytest.raises(accounts.WeakPassword):
        mai(password=password, name="nguyenthimai" if password == "nguyenthimai" else "Nguyễn Thị Mai")


@pytest.mark.parametrize(
    ("field", "value"), [("email", "mai"), ("name", " "), ("phone", "02838123456"), ("language", "fr")]
)
def test_what_is_wrong_is_named(field: str, value: str):
    with pytest.raises(Invalid) as refused:
        mai(**{field: value})
    assert refused.value.field == field
    assert User.objects.count() == 0


@pytest.mark.usefixtures("slow_hashing")
def test_passwords_are_hashed_with_argon2id():
    mai()
    kept = User.objects.get().password
    assert kept.startswith("argon2$argon2id$")
    assert PASSWORD not in kept


@pytest.mark.django_db(transaction=True)
def test_of_two_who_register_the_same_email_at_once_one_succeeds():
    both, outcomes = Barrier(2), []

    def register() -> None:
        both.wait()
        try:
            outcomes.append(mai().email)
        except accounts.EmailTaken as taken:
            outcomes.append(taken.code)
        finally:
            connection.close()

    threads = [Thread(target=register) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["email_taken", "mai@example.com"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "Mai@example.com"},
        {"name": ""},
        {"phone": "0901234567"},
        {"language": "fr"},
        {"roles": ["king"]},
        {"roles": ["picker"]},
        {"is_staff": True},
    ],
)
def test_the_database_refuses_what_slips_past_the_code(wrong: dict[str, Any]):
    customer = mai()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.known_as(customer.id).update(**wrong)


def test_a_profile_changes_where_told_and_nowhere_else():
    customer = mai(phone="0901234567")
    changed = accounts.update_profile(customer_id=customer.id, language="en")
    assert (changed.name, changed.phone, changed.language) == ("Nguyễn Thị Mai", "+84901234567", "en")
    assert accounts.update_profile(customer_id=customer.id, phone="").phone == ""


def test_a_contact_is_what_a_message_needs():
    customer = mai(phone="0901234567", language="en")
    assert accounts.contact(customer_id=customer.id) == accounts.Contact(
        name="Nguyễn Thị Mai", email="mai@example.com", phone="+84901234567", language="en"
    )


def test_registered_at_the_time_that_was_passed_in():
    mai()
    assert User.objects.get().created_at == NOON
