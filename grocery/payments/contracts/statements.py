"""What a bank's statement would bring, before anybody has it in."""

from __future__ import annotations

from dataclasses import dataclass

from grocery.kernel.money import Money


@dataclass(frozen=True, slots=True)
class StatementSeen:
    """Its transfers to us: `matched` pay exactly what they are for; `odd` wait for a person, by reason; `known` were
    told before. `brings` is what the new ones come to, `unreadable` the numbers of lines that nobody can read."""

    matched: int
    odd: tuple[tuple[str, int], ...]
    known: int
    unreadable: tuple[int, ...]
    brings: Money

    @property
    def new(self) -> int:
        return self.matched + sum(many for _, many in self.odd)

    @property
    def lines(self) -> int:
        return self.new + self.known + len(self.unreadable)
