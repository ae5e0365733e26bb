"""How fast the relay goes, and how long it waits after a failure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from grocery.kernel.models import MAX_ATTEMPTS
from grocery.kernel.outbox.subscribers import Subscriber


@dataclass(frozen=True, slots=True)
class Pace:
    """Times and sizes. The defaults are the product's; tests are in more of a hurry."""

    #: How long a claim lasts. No delivery is begun in its second half, so a handler has at least the other half.
    lease: timedelta = timedelta(seconds=60)
    #: Tries before a person has to decide.
    attempts: int = MAX_ATTEMPTS
    #: The pause after the first failure; each further one is `growth` times as long, up to `longest_pause`.
    first_pause: timedelta = timedelta(seconds=1)
    growth: int = 3
    longest_pause: timedelta = timedelta(hours=1)
    #: How often to look without having been woken.
    poll: timedelta = timedelta(seconds=1)
    #: Entries per claim for handlers that take one event at a time, inside a transaction and outside of any.
    singles: int = 100
    outside_singles: int = 10

    def size(self, subscriber: Subscriber) -> int:
        """How many entries to claim at once for this subscriber."""
        if subscriber.batch > 1:
            return subscriber.batch
        return self.outside_singles if subscriber.outside else self.singles

    def pause(self, attempt: int) -> timedelta:
        """How long to wait after this (1st, 2nd …) attempt failed; none after the last, when the letter is dead.

        Jittered down to a half, so that what failed together does not come back together.
        """
        if attempt >= self.attempts:
            return timedelta()
        longest, first = self.longest_pause.total_seconds(), self.first_pause.total_seconds()
        full = min(longest, first * float(self.growth) ** min(attempt - 1, 60))
        return timedelta(seconds=full * random.uniform(0.5, 1))  # noqa: S311 - spreads load, keeps no secret
