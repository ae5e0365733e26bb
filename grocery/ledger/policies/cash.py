"""Cash that comes into the store, as entries. Pure."""

from __future__ import annotations

from grocery.ledger.contracts import Account, Draft, EntryKind, Line
from grocery.ledger.contracts.facts import HandIn


def handed_in(fact: HandIn) -> Draft:
    """It is in the safe or the bank; whoever carried it has none of it any more, and what it differed by is named."""
    return _moved(fact, EntryKind.HANDED_IN, f"hand_in:{fact.hand_in_id}", 1)


def hand_in_undone(fact: HandIn) -> Draft:
    """The opposite: the carrier has what was collected."""
    return _moved(fact, EntryKind.HAND_IN_UNDONE, f"hand_in_undone:{fact.hand_in_id}", -1)


def _moved(fact: HandIn, kind: EntryKind, source: str, sign: int) -> Draft:
    counted, expected = sign * fact.counted.minor, sign * fact.expected.minor
    place = Account.BANK if fact.into == "bank" else Account.SAFE
    return Draft(
        kind=kind,
        source=source,
        at=fact.at,
        store_id=fact.store_id,
        by=fact.by,
        note=fact.note,
        lines=(
            Line(place, counted),
            difference(expected - counted, reason=fact.reason, keeper=fact.carrier),
            Line(Account.DRIVERS, -expected, subject=fact.carrier),
        ),
        detail={"reason": fact.reason},
    )


def difference(amount: int, *, reason: str, keeper: str) -> Line:
    """What a courier or a bank keeps is its fee; any other difference stands for itself."""
    return Line(Account.FEES, amount, subject=keeper) if reason == "fee" else Line(Account.OVER_SHORT, amount)
