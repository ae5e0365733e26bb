"""A provider that does not answer is left alone until it does again, by all processes together.

After so many failures in a row (`settings.PAYMENT_BREAKER_FAILURES`, 0: never) nobody asks it anything but whether it
is well: `health`, from time to time, whose success ends it. What is known stands in Valkey; without Valkey nobody is
left alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final

import structlog
from django.conf import settings
from prometheus_client import Counter
from redis.exceptions import RedisError

from grocery.kernel import valkey

log = structlog.get_logger()
LEFT_ALONE = Counter("payments_provider_left_alone", "How often a provider was left alone", ["provider"])

#: Failures that are further apart are not in a row.
_ROW_SECONDS: Final = 180
#: One asks how it is, for so long; longer than any provider may take to answer.
_PROBE_SECONDS: Final = 45
#: What was heard of a provider is believed for so long without asking Valkey.
_BELIEVED_SECONDS: Final = 10.0
_heard: dict[str, tuple[bool, float]] = {}


def is_away(provider: str) -> bool:
    """Whether it is left alone at present."""
    return provider in all_away([provider])


def all_away(providers: Iterable[str]) -> frozenset[str]:
    """Those of them that are left alone, in one trip to Valkey."""
    names = list(providers)
    if not (settings.PAYMENT_BREAKER_FAILURES and names):
        return frozenset()
    try:
        said = valkey.client().mget([_since(name) for name in names])
    except RedisError as error:
        log.warning("breaker_without_valkey", error=type(error).__name__)
        return frozenset()
    away = frozenset(name for name, since in zip(names, said, strict=True) if since)
    _heard.update({name: (name in away, time.monotonic()) for name in names})
    return away


def is_believed_away(provider: str) -> bool:
    """The same by what this process heard some seconds ago; for those who hold locks and must not ask anybody."""
    away, at = _heard.get(provider, (False, 0.0))
    return away and bool(settings.PAYMENT_BREAKER_FAILURES) and time.monotonic() - at < _BELIEVED_SECONDS


def failed(provider: str, code: str) -> None:
    """It gave no answer: with enough of these in a row it is left alone."""
    if not settings.PAYMENT_BREAKER_FAILURES:
        return
    try:
        row = valkey.client().pipeline()
        row.incr(_failures(provider))
        row.expire(_failures(provider), _ROW_SECONDS)
        count = int(row.execute()[0])
        if count >= settings.PAYMENT_BREAKER_FAILURES and valkey.client().set(_since(provider), time.time(), nx=True):
            LEFT_ALONE.labels(provider).inc()
            log.error("payment_provider_left_alone", provider=provider, failures=count, code=code)
    except RedisError as error:
        log.warning("breaker_without_valkey", error=type(error).__name__)


def answered(provider: str) -> None:
    """It gave an answer, whatever it said: the row is over."""
    _forget(_failures(provider))


def is_well(provider: str) -> None:
    """It said so itself: it is asked as ever."""
    if _forget(_since(provider), _failures(provider)):
        log.info("payment_provider_is_back", provider=provider)
    _heard.pop(provider, None)


def may_probe(provider: str) -> bool:
    """Whether it is the caller's turn to ask how it is."""
    return bool(valkey.client().set(f"{_since(provider)}:probed", 1, nx=True, ex=_PROBE_SECONDS))


def _forget(*keys: str) -> bool:
    if not settings.PAYMENT_BREAKER_FAILURES:
        return False
    try:
        return bool(valkey.client().delete(*keys))
    except RedisError as error:
        log.warning("breaker_without_valkey", error=type(error).__name__)
        return False


def _since(provider: str) -> str:
    return f"payments:away:{provider}"


def _failures(provider: str) -> str:
    return f"payments:away:{provider}:failures"
