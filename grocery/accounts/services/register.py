"""Becoming a customer, or a member of staff."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation

from grocery.accounts.contracts import CustomerId, EmailTaken, Profile, Role
from grocery.accounts.events import CustomerRegistered
from grocery.accounts.models import User
from grocery.accounts.policies import grantable, known_language, normalised_email, normalised_phone, one_line
from grocery.accounts.services.passwords import hashed
from grocery.kernel.errors import Forbidden
from grocery.kernel.outbox import publish


def register(*, email: str, password: str, name: str, phone: str, language: str, now: datetime) -> Profile:
    """A new customer; the password is hashed before the transaction begins."""
    user = _user(email=email, name=name, phone=phone, language=language, password=password)
    user.created_at = now
    _insert(user, CustomerRegistered(customer_id=CustomerId(user.id)))
    return user.as_profile()


def create_staff(
    *,
    email: str,
    password: str,
    name: str,
    roles: Collection[Role],
    store_id: UUID | None,
    is_superuser: bool,
    by: frozenset[str] | None,
) -> Profile:
    """A new member of staff, made by someone with the roles `by`; None is the operator at the console."""
    if by is not None and (is_superuser or not set(roles) <= grantable(by)):
        raise Forbidden
    user = _user(email=email, name=name, phone="", language="vi", password=password)
    user.roles, user.store_id, user.is_superuser = sorted(set(roles)), store_id, is_superuser
    user.is_staff = bool(roles) or is_superuser
    _insert(user)
    return user.as_profile()


def _user(*, email: str, name: str, phone: str, language: str, password: str) -> User:
    user = User(
        email=normalised_email(email),
        name=one_line(name, field="name"),
        phone=normalised_phone(phone) if phone.strip() else "",
        language=known_language(language),
    )
    user.password = hashed(password, email=user.email, name=user.name)
    return user


def _insert(user: User, *facts: CustomerRegistered) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            publish(*facts)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise EmailTaken from None
        raise
