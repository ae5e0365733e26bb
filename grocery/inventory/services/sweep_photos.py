"""Photos of waste that was never written down: whoever took them gave up, or the process died in between."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import batched
from typing import Final

from grocery.inventory.gateways import photos
from grocery.inventory.models import Wastage

#: A photo is kept moments before its waste is written down; no form stays open for longer.
ORPHANED_AFTER: Final = timedelta(days=1)
_AT_ONCE: Final = 1000


def sweep_photos(*, now: datetime) -> int:
    """See `public.sweep_photos`."""
    swept = 0
    for some in batched(photos.kept_before(now - ORPHANED_AFTER, folder=photos.WASTE), _AT_ONCE):
        for orphan in set(some) - Wastage.objects.shown_by(some):
            photos.drop(orphan)
            swept += 1
    return swept
