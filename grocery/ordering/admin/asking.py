"""Who is asking, and for what only to look at."""

from __future__ import annotations

from django.http import HttpRequest

from grocery.accounts import public as accounts
from grocery.kernel.principal import Principal


def asker(request: HttpRequest) -> Principal:
    return accounts.principal_of_session(request.user)


def may_act(request: HttpRequest) -> bool:
    return request.user.has_perm("ordering.change_order")
