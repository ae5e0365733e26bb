"""How often someone may do something.

Exact over a sliding window: of any `per_minute` + 1 calls within a minute one is refused. Counted in Valkey by one
Lua script, so that simultaneous calls cannot slip through together. A refused call does not count.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Final

import structlog
from prometheus_client import Counter
from redis.commands.core import Script
from redis.exceptions import RedisError

from grocery.kernel import valkey
from grocery.kernel.errors import TooManyRequests, Unavailable

log = structlog.get_logger(__name__)

REFUSED = Counter("grocery_ratelimit_refused", "Calls refused because there were too many.", ["name"])

#: A list of the moments (microseconds) of the last calls that were let through, oldest first. Answers how many
#: microseconds to wait; 0 lets the call through.
_SCRIPT: Final = """
local calls, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
if redis.call('LLEN', KEYS[1]) >= calls then
  local wait = tonumber(redis.call('LINDEX', KEYS[1], 0)) + window - now
  if wait > 0 then return wait end
  redis.call('LPOP', KEYS[1])
end
redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
return 0
"""


def limit(
    name: str,
    key: str,
    *,
    per_minute: int | None = None,
    per_hour: int | None = None,
    per_day: int | None = None,
    fail_closed: bool = False,
) -> None:
    """Let this call through, or raise TooManyRequests with the seconds to wait.

    `name` is what is limited ("sign-in"), `key` whom ("203.0.113.7", an e-mail address); it is kept as a digest only.
    Give one or more of the rates. Without Valkey everything is let through, unless `fail_closed`: then Unavailable is
    raised. Money, sign-in and SMS fail closed.
    """
    rates = [(calls, window) for calls, window in ((per_minute, 60), (per_hour, 3_600), (per_day, 86_400)) if calls]
    if not rates:
        raise ValueError("a limit needs a rate")
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    for calls, window in rates:
        wait = _wait(f"limit:{name}:{window}:{digest}", calls, window, fail_closed=fail_closed)
        if wait:
            REFUSED.labels(name).inc()
            raise TooManyRequests(-(-wait // 1_000_000))


def _wait(key: str, calls: int, window: int, *, fail_closed: bool) -> int:
    try:
        return int(_script()(keys=[key], args=[calls, window * 1_000_000]))
    except RedisError as error:
        log.error("rate limits are not counted", error=type(error).__name__, fail_closed=fail_closed)
        if fail_closed:
            raise Unavailable from error
        return 0


@cache
def _script() -> Script:
    return valkey.client().register_script(_SCRIPT)
