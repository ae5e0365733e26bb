"""Becoming a customer."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation

from grocery.accounts.contracts import CustomerId, EmailTaken, Profile
from grocery.accounts.events import CustomerRegistered
from grocery.accounts.models import User
from grocery.accounts.policies import known_language, normalised_email, normalised_phone, one_line
from grocery.accounts.services.limits import limit_registrations
from grocery.accounts.services.passwords import hashed
from grocery.kernel.outbox import publish


def register(
    *, email: str, password: str, name: str, phone: str, language: str, address: str, now: datetime
) -> Profile:
    """A new customer; the password is hashed before the transaction begins."""
    limit_registrations(address=address)
    user = new_user(email=email, name=name, phone=phone, language=language, password=password)
    user.created_at = now
    insert(user, CustomerRegistered(customer_id=CustomerId(user.id)))
    return user.as_profile()


def new_user(*, email: str, name: str, phone: str, language: str, password: str) -> User:
    """Someone who is not in the database yet, everything in its normal form and the password hashed."""
    user = User(
        email=normalised_email(email),
        name=one_line(name, field="name"),
        phone=normalised_phone(phone) if phone.strip() else "",
        language=known_language(language),
    )
    user.password = hashed(password, email=user.email, name=user.name)
    return user


def insert(user: User, *facts: CustomerRegistered) -> None:
    """Write down the user and what that means to others. Raises EmailTaken."""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            publish(*facts)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise EmailTaken from None
        raise
