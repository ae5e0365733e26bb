"""What staff may do in the admin: a group per role holds permissions, a user's roles pick the groups."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from grocery.accounts.contracts import Role, WrongCredentials
from grocery.accounts.models import User
from grocery.accounts.policies import PERMISSIONS
from grocery.accounts.services.limits import address_of
from grocery.accounts.services.passwords import credible_user
from grocery.kernel.errors import TooManyRequests, Unavailable


class RoleBackend(ModelBackend):
    """Signs in to the shop and the admin. One truth: `User.roles`, read with the user at each request."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        email = username or kwargs.get(User.USERNAME_FIELD)
        if not isinstance(email, str) or password is None:
            return None
        try:
            return credible_user(email=email, password=password, address=address_of(request))
        except WrongCredentials:
            return None
        except (TooManyRequests, Unavailable) as refused:
            raise PermissionDenied from refused  # no other backend is asked; the form says that it did not work

    def _get_group_permissions(self, user_obj: User) -> QuerySet[Permission]:
        return Permission.objects.filter(group__name__in=user_obj.all_roles)


@transaction.atomic
def sync_role_permissions() -> None:
    """Make the groups' permissions those of `policies.PERMISSIONS`, out of the ones that exist."""
    named = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    groups = {role: Group.objects.get_or_create(name=role)[0] for role in Role}
    through = Group.permissions.through
    wanted = {
        (groups[role].pk, pk)
        for role, patterns in PERMISSIONS.items()
        for name, pk in named.items()
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    }
    held = through.objects.filter(group__in=groups.values())
    present = {(row.group_id, row.permission_id): row.pk for row in held}
    through.objects.filter(pk__in=[pk for pair, pk in present.items() if pair not in wanted]).delete()
    through.objects.bulk_create(
        [through(group_id=group, permission_id=permission) for group, permission in wanted - present.keys()],
        ignore_conflicts=True,
    )
