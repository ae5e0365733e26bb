"""The same request again: what it did is not done a second time."""

from __future__ import annotations

from datetime import datetime

from grocery.kernel.principal import Principal
from grocery.ordering import models


def done_before(order: models.Order, what: str, *, by: Principal, key: str | None, now: datetime) -> bool:
    """Whether `by` has done this to the locked order under this key; from now on they have, if all goes well.

    The key that the kernel keeps may be lost with the process that was about to write the answer down; this one is
    written with what was done. Without a key each request is a new one.
    """
    if key is None:
        return False
    return not models.DoneRequest.objects.first_time(order.id, f"{what} {by.id} {key}", now)
