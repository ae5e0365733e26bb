"""What the bank books and what was taken there find each other, whichever is told first."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

import structlog
from django.db import transaction

from grocery.kernel.errors import NotFound
from grocery.kernel.money import Money
from grocery.kernel.outbox import publish
from grocery.payments.contracts import TransferIs
from grocery.payments.contracts.cash import CashDifference
from grocery.payments.contracts.deposits import DepositDiffers, DepositIs, DepositState
from grocery.payments.events import CashArrivalUndone, CashArrived
from grocery.payments.models import CashDeposit, IncomingTransfer
from grocery.payments.policies.deposits import names_slip, slip_number
from grocery.payments.policies.transfers import Oddity, Standing
from grocery.payments.services.put_aside import is_ours, settled

log = structlog.get_logger()


def take_as_deposit(transfer: IncomingTransfer, *, now: datetime) -> Oddity | None:
    """Is it cash of ours, by a slip that its memo names? None where it names none.

    It is booked by itself where the amount is as written down and nobody has to agree first; else a person looks.
    """
    CashDeposit.objects.take_turn()
    named = [deposit for deposit in CashDeposit.objects.open() if names_slip(transfer.memo, deposit.slip)]
    if not named:
        return None
    deposit = named[0]
    if len(named) > 1 or not deposit.is_on_its_way() or deposit.amount != transfer.amount:
        return Oddity.DEPOSIT
    _arrive(deposit, transfer, now=now)
    return Oddity.NONE


def find_at_bank(deposit: CashDeposit, *, now: datetime) -> None:
    """Has the bank told of it already? What fits exactly is it; what names its slip otherwise waits for a person.

    Under the turn of deposits.
    """
    there = [one for one in IncomingTransfer.objects.nobodys() if names_slip(one.memo, deposit.slip)]
    if len(there) == 1 and there[0].amount == deposit.amount:
        settled(there[0], "deposited", now=now)
        _arrive(deposit, there[0], now=now)
        there[0].oddity = cast("str", Oddity.NONE)
        there[0].stand(Standing.DEPOSITED)
        return
    for one in there:
        one.oddity = cast("str", Oddity.DEPOSIT)
        one.save(update_fields=["oddity"])


@transaction.atomic
def settle_as_deposit(
    *,
    transfer_id: UUID,
    slip: str,
    by: UUID,
    note: str,
    now: datetime,
    reason: CashDifference = CashDifference.NONE,
) -> Money:
    """A person says that this transfer is the deposit with that slip; by how much the bank has booked more.

    Raises NotFound; TransferIs where it was seen to meanwhile or is not in our account; DepositIs unless it is on its
    way; DepositDiffers for another amount without a reason.
    """
    CashDeposit.objects.take_turn()
    transfer = IncomingTransfer.objects.locked(transfer_id)
    if transfer.standing != Standing.OPEN or not is_ours(transfer) or transfer.oddity == Oddity.OTHERWISE:
        raise TransferIs
    deposit = CashDeposit.objects.with_slip(slip_number(slip) or "")
    if deposit is None:
        raise NotFound("deposit", slip)
    if not deposit.is_on_its_way():
        raise DepositIs
    settled(transfer, "deposited", by=by, now=now)
    _arrive(deposit, transfer, now=now, by=by, reason=reason)
    transfer.oddity = cast("str", Oddity.NONE)
    transfer.stand(Standing.DEPOSITED, by=by, now=now, note=note)
    return deposit.difference


def send_on_again(transfer: IncomingTransfer, *, by: UUID, now: datetime) -> None:
    """The transfer was something else: the deposit is on its way still. Under the turn, and the transfer's lock."""
    deposit = CashDeposit.objects.of_transfer(transfer.id)
    fact = CashArrivalUndone(**_arrival(deposit, transfer, now, by))
    nothing = {"transfer": None, "arrived": None, "reason": "", "arrived_at": None, "arrived_by": None}
    deposit.become(DepositState.ON_ITS_WAY, **nothing)
    publish(fact)
    log.info("cash_deposit", what="not_found_after_all", deposit_id=str(deposit.id), by=str(by))


def about(deposit: CashDeposit, now: datetime, *, by: UUID | None) -> dict[str, Any]:
    """What every fact about it says."""
    return {
        "deposit_id": deposit.id,
        "store_id": deposit.store_id,
        "amount": deposit.total,
        "slip": deposit.slip,
        "note": deposit.note,
        "at": now,
        "by": by,
    }


def _arrive(
    deposit: CashDeposit,
    transfer: IncomingTransfer,
    *,
    now: datetime,
    by: UUID | None = None,
    reason: CashDifference = CashDifference.NONE,
) -> None:
    differs = transfer.amount != deposit.amount
    if differs and not reason:
        raise DepositDiffers(deposit.total, transfer.total)
    why = reason.value if differs else ""
    found = {"transfer": transfer, "arrived": transfer.amount, "reason": why, "arrived_at": now, "arrived_by": by}
    deposit.become(DepositState.AT_BANK, **found)
    publish(CashArrived(**_arrival(deposit, transfer, now, by)))
    log.info("cash_deposit", what="at_bank", deposit_id=str(deposit.id), by=str(by) if by else None)


def _arrival(deposit: CashDeposit, transfer: IncomingTransfer, now: datetime, by: UUID | None) -> dict[str, Any]:
    found = {"arrived": transfer.total, "reference": transfer.reference, "reason": deposit.reason}
    return about(deposit, now, by=by) | found
