"""Staff: who they are, what they may do, and who may decide that."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.accounts.contracts import EndReason, Profile, Role
from grocery.accounts.models import RefreshFamily, User
from grocery.accounts.policies import grantable
from grocery.accounts.services.register import insert, new_user
from grocery.kernel.errors import Forbidden, Invalid, NotFound


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
    _check(by, roles, is_superuser=is_superuser)
    user = new_user(email=email, name=name, phone="", language="vi", password=password)
    user.roles, user.store_id, user.is_superuser = _sorted(roles), store_id, is_superuser
    user.is_staff = True
    insert(user)
    return user.as_profile()


@transaction.atomic
def update_staff(
    *, user_id: UUID, roles: Collection[Role], store_id: UUID | None, by: frozenset[str] | None
) -> Profile:
    """Give these roles and this store, instead of those before; felt at the next request."""
    user = _locked(user_id)
    if not user.is_staff:
        raise NotFound("member of staff", user_id)
    _check(by, user.all_roles, is_superuser=user.is_superuser)
    _check(by, roles, is_superuser=user.is_superuser)
    user.roles, user.store_id = _sorted(roles), store_id
    user.save(update_fields=["roles", "store_id"])
    return user.as_profile()


@transaction.atomic
def set_active(*, user_id: UUID, active: bool, by: frozenset[str] | None, now: datetime) -> None:
    """Close or reopen an account; closing ends all that it has begun."""
    user = _locked(user_id)
    if user.is_staff:
        _check(by, user.all_roles, is_superuser=user.is_superuser)
    User.objects.known_as(user_id).update(is_active=active)
    if not active:
        RefreshFamily.objects.of(user_id).end(EndReason.ENDED_FOR_USER, now=now)


def _check(by: frozenset[str] | None, roles: Collection[Role], *, is_superuser: bool) -> None:
    """Raises Forbidden if `by` may not deal in `roles`, Invalid if there is none."""
    if not roles and not is_superuser:
        raise Invalid("roles", "Staff have at least one role.", "Nhân viên phải có ít nhất một vai trò.")
    wanted = {*roles, Role.ADMIN} if is_superuser else set(roles)
    if by is not None and not wanted <= grantable(by):
        raise Forbidden


def _locked(user_id: UUID) -> User:
    user = User.objects.known_as(user_id).locked().first()
    if user is None:
        raise NotFound("user", user_id)
    return user


def _sorted(roles: Collection[Role]) -> list[str]:
    return sorted({role.value for role in roles})
