"""Money that moves, as entries. Pure."""

from __future__ import annotations

from grocery.ledger.contracts import Account, Draft, EntryKind, Line
from grocery.ledger.contracts.facts import Credit, Movement, Returned, ReturnUndone, Taken

#: What customers have with the shop, in the place of a provider.
_CREDIT = "credit"
#: Transfers come to our bank by themselves: no provider stands between.
_TRANSFER = "bank_transfer"
_LOST = (Account.LOSSES, "")


def taken(fact: Taken) -> Draft:
    """It is with its provider, with the driver, in the till or in the bank; the customer owes so much less."""
    place = _place(fact)
    if not fact.provider and (carrier := fact.with_courier or str(fact.with_driver or "")):
        place = (Account.DRIVERS, carrier)
    return _moved(fact, EntryKind.TAKEN, f"taken:{fact.payment_id}", place, fact.amount.minor)


def returned(fact: Returned) -> Draft:
    """The customer has it back. By hand: out of the till, or by a transfer where it came by one. By their bank: so
    much of what a dispute has cost us was owed to them."""
    by_hand = (Account.BANK if fact.method == _TRANSFER else Account.TILL, "")
    place = _LOST if fact.by_bank else by_hand if fact.by_hand else _place(fact)
    return _moved(fact, EntryKind.RETURNED, f"returned:{fact.event_id}", place, -fact.amount.minor)


def return_undone(fact: ReturnUndone) -> Draft:
    """It came back to the provider after all, or their bank has decided otherwise."""
    place = _LOST if fact.by_bank else _place(fact)
    return _moved(fact, EntryKind.RETURN_UNDONE, f"undone:{fact.event_id}", place, fact.amount.minor)


def written_off(fact: Movement) -> Draft:
    """Nobody will pay it: lost."""
    return _moved(fact, EntryKind.WRITTEN_OFF, f"lost:{fact.event_id}", (Account.LOSSES, ""), fact.amount.minor)


def write_off_reduced(fact: Movement) -> Draft:
    """So much of what was lost was not owed at all."""
    source = f"not_lost:{fact.event_id}"
    return _moved(fact, EntryKind.WRITE_OFF_REDUCED, source, (Account.LOSSES, ""), -fact.amount.minor)


def disputed(fact: Movement) -> Draft:
    """The customer's bank has it until it decides; the order is paid as it was."""
    there = (Account.DISPUTED, fact.provider)
    return _aside(fact, EntryKind.DISPUTED, there, (Account.CLEARING, fact.provider))


def dispute_fee(fact: Movement) -> Draft:
    """The provider keeps it, whatever the bank decides."""
    return _aside(fact, EntryKind.DISPUTE_FEE, (Account.FEES, fact.provider), (Account.CLEARING, fact.provider))


def reinstated(fact: Movement) -> Draft:
    """It is with the provider again."""
    return _aside(fact, EntryKind.REINSTATED, (Account.CLEARING, fact.provider), (Account.DISPUTED, fact.provider))


def dispute_lost(fact: Movement) -> Draft:
    """It will not come again."""
    return _aside(fact, EntryKind.DISPUTE_LOST, (Account.LOSSES, ""), (Account.DISPUTED, fact.provider))


def loss_undone(fact: Movement) -> Draft:
    """It will, after all."""
    return _aside(fact, EntryKind.LOSS_UNDONE, (Account.DISPUTED, fact.provider), (Account.LOSSES, ""))


def _aside(fact: Movement, kind: EntryKind, into: tuple[Account, str], out_of: tuple[Account, str]) -> Draft:
    """Money of an order that moves without anything being owed more or less by its customer."""
    amount = fact.amount.minor
    return Draft(
        kind=kind,
        source=f"{kind}:{fact.event_id}",
        at=fact.at,
        order_id=fact.order_id,
        order_number=fact.order_number,
        store_id=fact.store_id,
        by=fact.by,
        reference=fact.reference,
        lines=(Line(into[0], amount, subject=into[1]), Line(out_of[0], -amount, subject=out_of[1])),
    )


def credit_granted(fact: Credit) -> Draft:
    """Given away: the customer may spend it."""
    return _credit(fact, EntryKind.CREDIT_GRANTED, f"granted:{fact.entry_id}", Account.GOODWILL, fact.amount.minor)


def credit_taken_back(fact: Credit) -> Draft:
    """A grant was a mistake, so much of it."""
    source = f"taken_back:{fact.entry_id}"
    return _credit(fact, EntryKind.CREDIT_TAKEN_BACK, source, Account.GOODWILL, -fact.amount.minor)


def credit_paid_in(fact: Credit) -> Draft:
    """A transfer that was nobody's is the customer's to spend."""
    return _credit(fact, EntryKind.CREDIT_PAID_IN, f"paid_in:{fact.entry_id}", Account.BANK, fact.amount.minor)


def credit_paid_out(fact: Credit) -> Draft:
    """It is nobody's again."""
    return _credit(fact, EntryKind.CREDIT_PAID_OUT, f"paid_out:{fact.entry_id}", Account.BANK, -fact.amount.minor)


def _credit(fact: Credit, kind: EntryKind, source: str, against: Account, amount: int) -> Draft:
    lines = (Line(against, amount), Line(Account.CREDIT, -amount))
    return Draft(kind=kind, source=source, at=fact.at, by=fact.by, note=fact.reason, lines=lines)


def _place(fact: Movement) -> tuple[Account, str]:
    """Where money of this kind lies."""
    if fact.provider == _CREDIT:
        return Account.CREDIT, ""
    if fact.provider:
        return Account.CLEARING, fact.provider
    return (Account.BANK if fact.method == _TRANSFER else Account.TILL), ""


def _moved(fact: Movement, kind: EntryKind, source: str, place: tuple[Account, str], amount: int) -> Draft:
    """So much more is at `place`, and owed less by the order's customer."""
    account, subject = place
    return Draft(
        kind=kind,
        source=source,
        at=fact.at,
        order_id=fact.order_id,
        order_number=fact.order_number,
        store_id=fact.store_id,
        by=fact.by,
        reference=fact.reference,
        lines=(Line(account, amount, subject=subject), Line(Account.RECEIVABLE, -amount)),
        detail={"method": fact.method},
    )
