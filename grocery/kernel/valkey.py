"""The one connection pool to Valkey (or Redis) for what is not the cache: counting, asking whether it is there."""

from __future__ import annotations

from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry


@cache
def client() -> redis.Redis:
    """Impatient on purpose: who waits for a counter longer than a second is better off without.

    One try more, for a connection that the server has closed meanwhile; redis-py's own ten take seconds.
    """
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 1)
    )
