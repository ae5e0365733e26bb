"""What the books hear: each fact becomes one entry, in whatever order and however often it is told."""

from __future__ import annotations

from grocery.kernel import clock
from grocery.kernel.outbox import on
from grocery.ledger.policies import cash, deposits, invoices, money, orders, unassigned
from grocery.ledger.services.book import book
from grocery.ledger.services.prepare_invoices import prepare
from grocery.ordering.events import ChargeReduced, OrderCharged
from grocery.payments.events import (
    CashArrivalUndone,
    CashArrived,
    CashDeposited,
    CashDepositUndone,
    CashHandedIn,
    CashHandInUndone,
    CreditGranted,
    CreditPaidIn,
    CreditPaidOut,
    CreditTakenBack,
    DisputeFeeTaken,
    DisputeLossUndone,
    DisputeLost,
    DisputeReinstated,
    DisputeWithdrawn,
    MoneyReturned,
    MoneyReturnUndone,
    MoneyTaken,
    ShortfallWrittenOff,
    TransferPutAside,
    TransferSettled,
    WriteOffReduced,
)

_BATCH = 200


@on(OrderCharged, batch=_BATCH)
def book_charge(facts: tuple[OrderCharged, ...]) -> None:
    book(map(orders.charged, facts), now=clock.now())


@on(ChargeReduced, batch=_BATCH)
def book_reduction(facts: tuple[ChargeReduced, ...]) -> None:
    book(map(orders.reduced, facts), now=clock.now())


@on(MoneyTaken, batch=_BATCH)
def book_taken(facts: tuple[MoneyTaken, ...]) -> None:
    book(map(money.taken, facts), now=clock.now())


@on(MoneyReturned, batch=_BATCH)
def book_returned(facts: tuple[MoneyReturned, ...]) -> None:
    book(map(money.returned, facts), now=clock.now())


@on(MoneyReturnUndone, batch=_BATCH)
def book_return_undone(facts: tuple[MoneyReturnUndone, ...]) -> None:
    book(map(money.return_undone, facts), now=clock.now())


@on(ShortfallWrittenOff, batch=_BATCH)
def book_write_off(facts: tuple[ShortfallWrittenOff, ...]) -> None:
    book(map(money.written_off, facts), now=clock.now())


@on(WriteOffReduced, batch=_BATCH)
def book_write_off_reduced(facts: tuple[WriteOffReduced, ...]) -> None:
    book(map(money.write_off_reduced, facts), now=clock.now())


@on(CreditGranted, batch=_BATCH)
def book_credit_granted(facts: tuple[CreditGranted, ...]) -> None:
    book(map(money.credit_granted, facts), now=clock.now())


@on(CreditTakenBack, batch=_BATCH)
def book_credit_taken_back(facts: tuple[CreditTakenBack, ...]) -> None:
    book(map(money.credit_taken_back, facts), now=clock.now())


@on(CreditPaidIn, batch=_BATCH)
def book_credit_paid_in(facts: tuple[CreditPaidIn, ...]) -> None:
    book(map(money.credit_paid_in, facts), now=clock.now())


@on(CreditPaidOut, batch=_BATCH)
def book_credit_paid_out(facts: tuple[CreditPaidOut, ...]) -> None:
    book(map(money.credit_paid_out, facts), now=clock.now())


@on(CashHandedIn, batch=_BATCH)
def book_hand_in(facts: tuple[CashHandedIn, ...]) -> None:
    book(map(cash.handed_in, facts), now=clock.now())


@on(CashHandInUndone, batch=_BATCH)
def book_hand_in_undone(facts: tuple[CashHandInUndone, ...]) -> None:
    book(map(cash.hand_in_undone, facts), now=clock.now())


@on(OrderCharged, batch=_BATCH)
def prepare_invoices(facts: tuple[OrderCharged, ...]) -> None:
    prepare(map(invoices.invoiced, facts), now=clock.now())


@on(ChargeReduced, batch=_BATCH)
def prepare_corrections(facts: tuple[ChargeReduced, ...]) -> None:
    prepare(map(invoices.corrected, facts), now=clock.now())


@on(DisputeWithdrawn, batch=_BATCH)
def book_disputed(facts: tuple[DisputeWithdrawn, ...]) -> None:
    book(map(money.disputed, facts), now=clock.now())


@on(DisputeFeeTaken, batch=_BATCH)
def book_dispute_fee(facts: tuple[DisputeFeeTaken, ...]) -> None:
    book(map(money.dispute_fee, facts), now=clock.now())


@on(DisputeReinstated, batch=_BATCH)
def book_reinstated(facts: tuple[DisputeReinstated, ...]) -> None:
    book(map(money.reinstated, facts), now=clock.now())


@on(DisputeLost, batch=_BATCH)
def book_dispute_lost(facts: tuple[DisputeLost, ...]) -> None:
    book(map(money.dispute_lost, facts), now=clock.now())


@on(DisputeLossUndone, batch=_BATCH)
def book_loss_undone(facts: tuple[DisputeLossUndone, ...]) -> None:
    book(map(money.loss_undone, facts), now=clock.now())


@on(TransferPutAside, batch=_BATCH)
def book_put_aside(facts: tuple[TransferPutAside, ...]) -> None:
    book(map(unassigned.put_aside, facts), now=clock.now())


@on(TransferSettled, batch=_BATCH)
def book_settled(facts: tuple[TransferSettled, ...]) -> None:
    book(map(unassigned.settled, facts), now=clock.now())


@on(CashDeposited, batch=_BATCH)
def book_deposit(facts: tuple[CashDeposited, ...]) -> None:
    book(map(deposits.deposited, facts), now=clock.now())


@on(CashDepositUndone, batch=_BATCH)
def book_deposit_undone(facts: tuple[CashDepositUndone, ...]) -> None:
    book(map(deposits.deposit_undone, facts), now=clock.now())


@on(CashArrived, batch=_BATCH)
def book_arrival(facts: tuple[CashArrived, ...]) -> None:
    book(map(deposits.arrived, facts), now=clock.now())


@on(CashArrivalUndone, batch=_BATCH)
def book_arrival_undone(facts: tuple[CashArrivalUndone, ...]) -> None:
    book(map(deposits.arrival_undone, facts), now=clock.now())
