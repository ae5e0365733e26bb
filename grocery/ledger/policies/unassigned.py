"""Transfers that are nobody's yet, as entries. Pure.

They touch no order's receivable: what is assigned to one is told by its payment, right after it has left here.
"""

from __future__ import annotations

from grocery.ledger.contracts import Account, Draft, EntryKind, Line
from grocery.ledger.contracts.facts import PutAside


def put_aside(fact: PutAside) -> Draft:
    """It is in the bank, and owed to whoever sent it."""
    return _moved(fact, EntryKind.PUT_ASIDE, f"put_aside:{fact.event_id}", fact.amount.minor)


def settled(fact: PutAside) -> Draft:
    """The opposite: it is an order's, or it went back, or it never was as much."""
    return _moved(fact, EntryKind.SETTLED, f"settled:{fact.event_id}", -fact.amount.minor)


def _moved(fact: PutAside, kind: EntryKind, source: str, amount: int) -> Draft:
    return Draft(
        kind=kind,
        source=source,
        at=fact.at,
        order_number=fact.order_number,
        store_id=fact.store_id,
        by=fact.by,
        reference=fact.reference,
        lines=(Line(Account.BANK, amount), Line(Account.UNASSIGNED, -amount)),
    )
