"""Who someone is, and how to reach them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.contrib.auth.models import AnonymousUser

from grocery.accounts.contracts import Contact, Profile
from grocery.accounts.models import User
from grocery.accounts.policies import known_language, normalised_phone, one_line
from grocery.kernel.errors import NotFound
from grocery.kernel.principal import GUEST, Principal


def profile(*, customer_id: UUID) -> Profile:
    return _user(customer_id).as_profile()


def contact(*, customer_id: UUID) -> Contact:
    user = _user(customer_id)
    return Contact(name=user.name, email=user.email, phone=user.phone, language=user.language)


def names(*, user_ids: Collection[UUID]) -> dict[UUID, str]:
    return User.objects.among(user_ids).names()


def update_profile(*, customer_id: UUID, name: str | None, phone: str | None, language: str | None) -> Profile:
    """Change what is not None; an empty phone removes it."""
    changes: dict[str, str] = {}
    if name is not None:
        changes["name"] = one_line(name, field="name")
    if phone is not None:
        changes["phone"] = normalised_phone(phone) if phone.strip() else ""
    if language is not None:
        changes["language"] = known_language(language)
    if changes:
        User.objects.known_as(customer_id).update(**changes)
    return profile(customer_id=customer_id)


def principal_of_session(user: User | AnonymousUser) -> Principal:
    return principal_of_user(user) if isinstance(user, User) else GUEST


def principal_of_user(user: User) -> Principal:
    roles = user.all_roles
    return Principal(
        kind="staff" if roles else "customer",
        id=user.id,
        roles=frozenset(role.value for role in roles),
        store_id=user.store_id,
        language=user.language,
    )


def _user(user_id: UUID) -> User:
    user = User.objects.known_as(user_id).first()
    if user is None:
        raise NotFound("customer", user_id)
    return user
