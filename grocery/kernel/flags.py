"""Feature flags, kept by django-waffle and switched in the admin.

A flag is for some people (a share of them, staff, one group), a switch for everybody. One that nobody has made is
off. Where there is no request, of a flag only its share counts (`is_in_share`).
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.http import HttpRequest
from waffle import flag_is_active, get_waffle_flag_model, switch_is_active


def is_on(name: str, *, request: HttpRequest | None = None) -> bool:
    """Whether `name` is on: the flag for whoever makes this request; without one, the switch."""
    return bool(flag_is_active(request, name) if request is not None else switch_is_active(name))


def is_in_share(name: str, whom: UUID) -> bool:
    """Whether the share of people for whom the flag `name` is on contains `whom`: its percentage, to a tenth, or
    all or none where the flag says so for everyone.

    The same people each time; a share that grows keeps whom it had. Each flag has a share of its own.
    """
    flag = get_waffle_flag_model().get(name)
    if flag.everyone is not None:
        return bool(flag.everyone)
    place = int.from_bytes(hashlib.sha256(f"{name}:{whom}".encode()).digest()[:8]) % 1_000
    return place < (flag.percent or 0) * 10
