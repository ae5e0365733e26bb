"""Cash on its way from the safe to the bank, as entries. Pure."""

from __future__ import annotations

from grocery.ledger.contracts import Account, Draft, EntryKind, Line
from grocery.ledger.contracts.facts import Arrival, Deposit
from grocery.ledger.policies.cash import difference

#: Who keeps the fee for counting it.
_BANK = "bank"


def deposited(fact: Deposit) -> Draft:
    """It is out of the safe and not at the bank yet."""
    return _taken(fact, EntryKind.DEPOSITED, f"deposit:{fact.deposit_id}", fact.amount.minor)


def deposit_undone(fact: Deposit) -> Draft:
    """The opposite: it is in the safe."""
    return _taken(fact, EntryKind.DEPOSIT_UNDONE, f"deposit_undone:{fact.deposit_id}", -fact.amount.minor)


def arrived(fact: Arrival) -> Draft:
    """It is at the bank, as much as that has counted; what it differs by is named."""
    return _booked(fact, EntryKind.ARRIVED, f"arrived:{fact.event_id}", 1)


def arrival_undone(fact: Arrival) -> Draft:
    """The opposite: it is on its way still."""
    return _booked(fact, EntryKind.ARRIVAL_UNDONE, f"arrival_undone:{fact.event_id}", -1)


def _taken(fact: Deposit, kind: EntryKind, source: str, amount: int) -> Draft:
    return _draft(fact, kind, source, fact.slip, Line(Account.IN_TRANSIT, amount), Line(Account.SAFE, -amount))


def _booked(fact: Arrival, kind: EntryKind, source: str, sign: int) -> Draft:
    there, missing = sign * fact.arrived.minor, sign * (fact.amount - fact.arrived).minor
    kept = difference(missing, reason=fact.reason, keeper=_BANK)
    out = Line(Account.IN_TRANSIT, -sign * fact.amount.minor)
    return _draft(fact, kind, source, fact.reference, Line(Account.BANK, there), kept, out)


def _draft(fact: Deposit, kind: EntryKind, source: str, reference: str, *lines: Line) -> Draft:
    return Draft(
        kind=kind,
        source=source,
        at=fact.at,
        store_id=fact.store_id,
        by=fact.by,
        reference=reference,
        note=fact.note,
        lines=lines,
        detail={"slip": fact.slip},
    )
