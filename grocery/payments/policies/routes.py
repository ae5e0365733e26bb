"""Which provider takes a payment of some method. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from grocery.kernel.money import Money, dong

_ROUTE: Final = re.compile(r"(?P<name>\w+)(?:@(?P<least>\d*)-(?P<most>\d*))?(?:\?(?P<switch>\w+))?")


@dataclass(frozen=True, slots=True)
class Route:
    """To this provider go payments from `least` up to and with `most`, while `switch` is on; empty: without that."""

    provider: str
    least: Money | None = None
    most: Money | None = None
    switch: str = ""

    @property
    def takes_all(self) -> bool:
        return self.least is None and self.most is None and not self.switch

    def takes(self, amount: Money | None, is_on: Callable[[str], bool]) -> bool:
        """Whether this amount goes there now; None: whether any amount does."""
        if amount is None:
            return self.takes_all
        if (self.least is not None and amount < self.least) or (self.most is not None and amount > self.most):
            return False
        return not self.switch or is_on(self.switch)


@cache
def routes(text: str) -> tuple[Route, ...]:
    """What `acme@500000-5000000?acme_cards, stripe` says: the first that takes a payment has it; the last takes all.

    Raises ValueError, in words for operators.
    """
    found = tuple(_route(part.strip()) for part in text.split(","))
    if not found[-1].takes_all:
        raise ValueError(f"the last provider has to take every amount at any time: {text}")
    return found


def _route(text: str) -> Route:
    match = _ROUTE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a provider such as stripe, acme@500000-5000000 or acme@-2000000?acme_cards: {text!r}")
    least, most = (dong(int(match[bound])) if match[bound] else None for bound in ("least", "most"))
    if least is not None and most is not None and most < least:
        raise ValueError(f"from more to less: {text!r}")
    return Route(match["name"], least, most, match["switch"] or "")
