"""Feature flags, kept by django-waffle and switched in the admin.

A flag is for some people (a share of them, staff, one group), a switch for everybody. One that nobody has made is
off.
"""

from __future__ import annotations

from django.http import HttpRequest
from waffle import flag_is_active, switch_is_active


def is_on(name: str, *, request: HttpRequest | None = None) -> bool:
    """Whether `name` is on: the flag for whoever makes this request; without one, the switch."""
    return bool(flag_is_active(request, name) if request is not None else switch_is_active(name))
