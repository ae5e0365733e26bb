"""Versions of what is cached: a change gives a new one to everybody at once, after it is committed.

Caches serve display. Inside a transaction nothing is cached, because decisions are made there; without Valkey
nothing is cached either. A request asks for each version once: all that it shows is of one moment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from threading import Lock
from typing import Final, cast

import structlog
from django.core.cache import cache
from django.db import transaction
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

from grocery.kernel import once, valkey
from grocery.kernel.ids import new_id

CATALOG: Final = "catalog:version"
TERMS: Final = "catalog:terms"
#: Whoever needs one of these mostly needs the other, too: they are asked for in one trip.
_TOGETHER: Final = (CATALOG, TERMS)
#: A version forgotten by a process that died between commit and announcement lives no longer than this.
SECONDS: Final = 300

log = structlog.get_logger()


def stock_of(store_id: object) -> str:
    return f"catalog:stock:{store_id}"


def current(*names: str) -> str | None:
    """The version of all that is named together; None when there is no caching now."""
    if transaction.get_connection().in_atomic_block:
        return None
    known = once.kept()
    try:
        if unknown := [name for name in names if name not in known]:
            known |= _ask({*unknown, *_TOGETHER} - known.keys())
    except RedisError:
        return None
    return ".".join(known[name] for name in names)


def _ask(names: Collection[str]) -> dict[str, str]:
    said = valkey.client().mget(list(names))
    return {name: _text(version) if version else _begin(name) for name, version in zip(names, said, strict=True)}


def _begin(name: str) -> str:
    new = new_id().hex
    before = valkey.client().set(name, new, nx=True, get=True, ex=SECONDS)  # somebody else may have been faster
    return _text(before) if before else new


def _text(said: object) -> str:
    return said.decode() if isinstance(said, bytes) else str(said)


def announce(*names: str) -> None:
    """A new version of what is named, once the change is committed."""
    transaction.on_commit(lambda: _renew(names))


def _renew(names: Iterable[str]) -> None:
    new = {name: new_id().hex for name in names}
    once.kept().update(new)
    try:
        pipeline = valkey.client().pipeline()
        for name, version in new.items():
            pipeline.set(name, version, ex=SECONDS)
        pipeline.execute()
    except RedisError:
        log.warning("catalog.version_not_announced", names=list(names))


class Memory[T]:
    """Answers by what was asked, kept in this process while what they are made of has the same version.

    At most so many: the one that was kept first goes first.
    """

    def __init__(self, *names: str, most: int) -> None:
        self._names, self._most = names, most
        self._kept: dict[Hashable, tuple[str, T]] = {}
        self._writing = Lock()

    def answer(self, asked: Hashable, make: Callable[[], T], *names: str) -> T:
        """What is known, or `make()`, always that where nothing is cached. `names`: what this is made of, too."""
        if (version := current(*self._names, *names)) is None:
            return make()
        known = self._kept.get(asked)
        if known is None or known[0] != version:
            known = (version, make())
            with self._writing:
                self._kept[asked] = known
                if len(self._kept) > self._most:
                    del self._kept[next(iter(self._kept))]
        return known[1]


_remembered: Final = Memory[object](CATALOG, most=64)
_shared: Final = Memory[object](most=4096)


def remembered[T](name: str, make: Callable[[], T]) -> T:
    """`make()`, kept in this process for as long as the catalogue has the same version."""
    return cast("T", _remembered.answer(name, make))


def shared[T](key: str, names: tuple[str, ...], make: Callable[[], T]) -> T:
    """`make()`, kept in Valkey for all processes, and here, for as long as what is named has the same version."""

    def by_somebody() -> T:
        if (version := current(*names)) is None:
            return make()
        full = f"catalog:shared:{version}:{key}"
        try:
            known: T | None = cache.get(full)
            if known is None:
                known = make()
                cache.set(full, known, SECONDS)
        except (ConnectionInterrupted, RedisError):
            return make()
        return known

    return cast("T", _shared.answer((key, names), by_somebody, *names))
