"""What our own feed announces: every document that replaced an older one, to whoever listens at that moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import structlog
from pydantic import ValidationError
from redis import asyncio as redis
from redis.exceptions import RedisError

from grocery.inventory.contracts import FeedDocument
from grocery.inventory.gateways.valkey import as_document, channel_of

log = structlog.get_logger(__name__)

_PAUSES: Final = (0.05, 0.2, 1.0, 2.0)  # seconds between tries to listen again
#: A connection that fell silent without a word is found out by asking; Valkey answers a ping at once.
_ASK_EVERY: Final = 5


async def announcements(url: str) -> AsyncIterator[FeedDocument | None]:
    """Documents as they are written, for ever. None: we listen from here on, and may have missed some before."""
    failures = 0
    while True:
        try:
            async for heard in _listen(url):
                failures = 0
                yield heard
        except (RedisError, OSError) as error:
            log.warning("cannot listen to the feed", error=type(error).__name__)
        await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
        failures += 1


async def _listen(url: str) -> AsyncIterator[FeedDocument | None]:
    patience: Any = {"socket_connect_timeout": 2, "socket_timeout": 2, "health_check_interval": _ASK_EVERY}
    client: Any = redis.Redis.from_url(url, **patience)
    try:
        async with client.pubsub() as subscription:
            await subscription.subscribe(channel_of(url))
            while True:
                message = await subscription.get_message(timeout=1)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    yield None
                elif document := _read(message["data"]):
                    yield document
    finally:
        await client.aclose()


def _read(text: bytes) -> FeedDocument | None:
    try:
        return as_document(text)
    except ValidationError:
        log.error("not a document of the feed", text=text[:200])
        return None
