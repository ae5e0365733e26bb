"""Who is asking, and for what only to look at."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest

from grocery.accounts import public as accounts
from grocery.kernel.principal import Principal


def asker(request: HttpRequest) -> Principal:
    return accounts.principal_of_session(request.user)


def may_act(request: HttpRequest) -> bool:
    return request.user.has_perm("ordering.change_order")


class LookOnly:
    """Nothing can be added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
