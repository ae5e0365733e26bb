"""Which provider takes a payment of some method. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from grocery.kernel.money import Money, dong

_ROUTE: Final = re.compile(
    r"(?P<name>\w+)(?:@(?P<least>\d*)-(?P<most>\d*))?(?:\?(?P<switch>\w+))?(?:%(?P<share>\w+))?"
)


@dataclass(frozen=True, slots=True)
class Now:
    """What is switched on, and in whose share a customer is; of nobody in particular, in none."""

    is_on: Callable[[str], bool]
    is_in_share: Callable[[str], bool] = lambda _name: False


@dataclass(frozen=True, slots=True)
class Route:
    """To this provider go payments from `least` up to and with `most`, while `switch` is on, of the `share` of
    customers that a flag names; empty: without that."""

    provider: str
    least: Money | None = None
    most: Money | None = None
    switch: str = ""
    share: str = ""

    @property
    def takes_all(self) -> bool:
        return self.least is None and self.most is None and not (self.switch or self.share)

    def takes(self, amount: Money | None, now: Now) -> bool:
        """Whether this amount goes there now; None: whether any amount of anybody does."""
        if amount is None:
            return self.takes_all
        if (self.least is not None and amount < self.least) or (self.most is not None and amount > self.most):
            return False
        return (not self.switch or now.is_on(self.switch)) and (not self.share or now.is_in_share(self.share))


@cache
def routes(text: str) -> tuple[Route, ...]:
    """What `acme@500000-5000000?acme_cards%acme_share, stripe` says: the first that takes a payment has it; the last
    takes all.

    Raises ValueError, in words for operators.
    """
    found = tuple(_route(part.strip()) for part in text.split(","))
    if not found[-1].takes_all:
        raise ValueError(f"the last provider has to take every amount at any time: {text}")
    return found


def _route(text: str) -> Route:
    match = _ROUTE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a provider such as stripe, acme@500000-5000000 or acme@-2000000?cards%few: {text!r}")
    if (share := match["share"]) and share[0].isdecimal():
        raise ValueError(f"a share is a flag whose percentage is set in the admin, such as acme%acme_share: {text!r}")
    least, most = (dong(int(match[bound])) if match[bound] else None for bound in ("least", "most"))
    if least is not None and most is not None and most < least:
        raise ValueError(f"from more to less: {text!r}")
    return Route(match["name"], least, most, match["switch"] or "", share or "")
