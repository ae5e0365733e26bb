"""Delivering claimed entries: each takes effect once inside our database, at least once outside of it.

The rules (docs/adr/0010, 0011):

* Marked handled and handled in one transaction; the mark names the attempt, so that who outstayed his lease undoes
  his work instead of doubling it.
* `outside` handlers run without a transaction and are marked afterwards.
* A batch that fails is delivered one by one, so that one bad fact holds up nobody but its own stream.
* Within a stream nothing is delivered past a failure.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from grocery.kernel.events import Event
from grocery.kernel.outbox import claims, metrics
from grocery.kernel.outbox.claims import Claim
from grocery.kernel.outbox.pace import Pace
from grocery.kernel.outbox.publishing import adapter
from grocery.kernel.outbox.subscribers import Subscriber
from grocery.kernel.tracing import working_for

log = structlog.get_logger(__name__)

#: After so many failures in a row, and not one success, it is not the facts: the rest is not even tried.
HOPELESS: Final = 3
_LONGEST_ERROR = 1_000


class LeaseLost(Exception):
    """Another relay has taken an entry over: what was done for it here is undone."""


@dataclass
class Delivery:
    """Delivers what one claim got for one subscriber."""

    subscriber: Subscriber
    pace: Pace
    #: True once the relay is to end: nothing more is begun.
    stopping: Callable[[], bool] = lambda: False
    _begun: float = field(default_factory=time.monotonic)

    def deliver(self, claimed: Sequence[Claim]) -> None:
        """Handle all of them, in order; each ends handled, postponed or released."""
        if self.subscriber.batch > 1 and len(claimed) > 1:
            error = self._attempt(claimed)
            if error is None:
                return
            log.warning("batch failed", subscriber=self.subscriber.name, size=len(claimed), error=describe(error))
        self._one_by_one(claimed)

    def _one_by_one(self, claimed: Sequence[Claim]) -> None:
        left: list[Claim] = []
        failed_streams: set[str] = set()
        for position, claim in enumerate(claimed):
            if self._is_over():
                left += claimed[position:]
                break
            if claim.stream in failed_streams:
                left.append(claim)
            elif error := self._attempt([claim]):
                self._failed([claim], error)
                failed_streams.add(claim.stream)
                if self._is_hopeless(position, failed_streams):
                    self._failed(claimed[position + 1 :], error)
                    break
        claims.release(left)

    def _attempt(self, claimed: Sequence[Claim]) -> Exception | None:
        """Handle these together. The error if that failed, and then it is as if it had not been tried."""
        name, one = self.subscriber.name, claimed[0] if len(claimed) == 1 else None
        which = {"event_id": str(one.event_id)} if one else {"events": len(claimed)}
        with metrics.timed(name), working_for(one.trace if one else "", subscriber=name, **which):
            try:
                handle(self.subscriber, claimed)
            except LeaseLost as lost:
                log.warning("lease lost")
                metrics.count(name, "lost", len(claimed))
                return None if one else lost
            except Exception as error:  # whatever a handler raises is noted and tried again
                if isinstance(error, OperationalError | InterfaceError) and not connection.is_usable():
                    raise  # not the handler's fault: the database is away
                return error
        metrics.delivered(name, claimed)
        return None

    def _failed(self, claimed: Sequence[Claim], error: Exception) -> None:
        pauses = [self.pace.pause(claim.attempt) for claim in claimed]
        claims.postpone(claimed, pauses=pauses, error=describe(error))
        metrics.count(self.subscriber.name, "failed", len(claimed))
        for claim in claimed:
            is_dead = claim.attempt >= self.pace.attempts
            (log.error if is_dead else log.warning)(
                "dead letter" if is_dead else "delivery failed",
                subscriber=self.subscriber.name,
                event_id=str(claim.event_id),
                trace=claim.trace,
                attempt=claim.attempt,
                exc_info=error,
            )

    def _is_over(self) -> bool:
        return self.stopping() or time.monotonic() - self._begun > self.pace.lease.total_seconds() / 2

    def _is_hopeless(self, position: int, failed_streams: set[str]) -> bool:
        """A batch of which nothing but failures has been seen: likely what it needs is away, not what it holds."""
        return self.subscriber.batch > 1 and position + 1 == len(failed_streams) == HOPELESS


def handle(subscriber: Subscriber, claimed: Sequence[Claim]) -> None:
    """Call the handler and mark the entries handled. Raises LeaseLost, or what the handler raises."""
    if subscriber.outside:
        _call(subscriber, claimed)
        claims.mark_handled(claimed)
    else:
        with transaction.atomic():
            if not claims.mark_handled(claimed):
                raise LeaseLost
            _call(subscriber, claimed)


def describe(error: BaseException) -> str:
    """One paragraph for the operator: what was raised, and where."""
    what = "".join(traceback.format_exception_only(error)).strip()
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return what[: _LONGEST_ERROR - len(where)] + where


def _call(subscriber: Subscriber, claimed: Sequence[Claim]) -> None:
    read = adapter(subscriber.event).validate_json
    facts: tuple[Event, ...] = tuple(read(claim.payload) for claim in claimed)
    argument: Any = facts if subscriber.batch > 1 else facts[0]
    subscriber.handler(argument)
