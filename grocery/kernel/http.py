"""What every API view may ask of its request."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from grocery.kernel.principal import GUEST, Principal


def asker(request: HttpRequest) -> Principal:
    """Who is asking: put there by the authenticator of the API; a guest where nobody signed in."""
    return cast("Principal", getattr(request, "auth", None) or GUEST)
