"""Our own feed, in Valkey. Losing it loses nothing: `read_feed` then asks stock itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import redis
from pydantic import TypeAdapter
from redis.connection import parse_url

from grocery.inventory.contracts import FeedDocument, FeedUnavailable
from grocery.inventory.gateways.breaker import Breaker
from grocery.inventory.gateways.feed import Key

_TIMEOUT: Final = 2.0
#: One key per call, so that a cluster may put each where it likes. Versions stay below 2^53, which Lua can compare.
#: What is written is announced in the same step: nobody can hear of it before it is there, or miss that it is.
_WRITE_IF_NEWER: Final = """
    if tonumber(redis.call('HGET', KEYS[1], 'version') or '-1') >= tonumber(ARGV[1]) then return 0 end
    redis.call('HSET', KEYS[1], 'version', ARGV[1], 'document', ARGV[2])
    redis.call('PUBLISH', ARGV[3], ARGV[2])
    return 1
"""
_json = TypeAdapter(FeedDocument)


class ValkeyFeed:
    """One hash per document, compared and written in one step inside the server."""

    name = "valkey"
    pause = timedelta()

    def __init__(self, url: str, *, breaker: Breaker | None = None) -> None:
        # Made here, not when first used: threads share a feed and may begin at once. Nothing connects yet.
        self._client: Any = redis.Redis.from_url(url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT)
        self._write_if_newer = self._client.register_script(_WRITE_IF_NEWER)
        self._channel = channel_of(url)
        self._breaker = breaker or Breaker("valkey")

    def write(self, documents: Collection[FeedDocument]) -> int:
        with self._breaker.guard(), _translated():
            pipeline = self._client.pipeline(transaction=False)
            for document in documents:
                arguments: list[int | str | bytes] = [document.version, _json.dump_json(document), self._channel]
                self._write_if_newer(keys=[_name(document.key)], args=arguments, client=pipeline)
            return sum(pipeline.execute())

    def read(self, keys: Collection[Key]) -> dict[Key, FeedDocument]:
        with self._breaker.guard(), _translated():
            pipeline = self._client.pipeline(transaction=False)
            for key in keys:
                pipeline.hget(_name(key), "document")
            documents = [as_document(text) for text in pipeline.execute() if text]
        return {document.key: document for document in documents}


def as_document(text: bytes) -> FeedDocument:
    """Read back what was written or announced. Raises pydantic.ValidationError."""
    return _json.validate_json(text)


def channel_of(url: str) -> str:
    """Where writes are announced: channels are common to all databases of a server, so it names the database."""
    return f"stock@{_address(url).get('db', 0)}"


def _address(url: str) -> dict[str, Any]:
    return dict(parse_url(url))  # type: ignore[no-untyped-call]  # the library's


def _name(key: Key) -> str:
    sku, location = key
    return f"stock:{location}:{sku}"


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError, redis.ResponseError) as error:
        raise FeedUnavailable(f"Valkey: {error}") from error
