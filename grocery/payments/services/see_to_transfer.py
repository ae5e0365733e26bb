"""A person sees to a transfer that fits nothing."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

import structlog
from django.db import transaction

from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.money import Money
from grocery.payments.contracts import Method, NotPaidByTransfer, PaymentState, TransferIs
from grocery.payments.models import Bill, CashDeposit, IncomingTransfer, Payment
from grocery.payments.policies import LetGo
from grocery.payments.policies.transfers import TAKEN, UNDOABLE, Oddity, Standing
from grocery.payments.services.credit import pay_in, pay_out
from grocery.payments.services.match_deposit import send_on_again
from grocery.payments.services.put_aside import is_ours, put_aside, settled
from grocery.payments.services.receive_transfer import receive_transfer
from grocery.payments.services.take_transfer import pay_with, pay_with_parts

log = structlog.get_logger()


@transaction.atomic
def assign_transfer(*, transfer_id: UUID, order_number: str, by: UUID, note: str, now: datetime) -> None:
    """Have it pay that order. Exactly what is to be paid pays it; less waits for the rest; what is more is owed back,
    and so is all of it where nothing is to be paid.

    Raises NotFound; TransferIs where it was seen to meanwhile, or is not in đồng; NotPaidByTransfer.
    """
    transfer = _locked(transfer_id)
    if transfer.currency != "VND" or transfer.oddity == Oddity.OTHERWISE:
        raise TransferIs
    order_id = Payment.objects.order_numbered(order_number)
    if order_id is None:
        raise NotFound("order", order_number)
    bill = Bill.locked(order_id)
    if not any(payment.method == Method.BANK_TRANSFER for payment in bill.payments):
        raise NotPaidByTransfer(order_number)
    standing = _pay(transfer, bill, now)
    if standing is Standing.PAID:
        settled(transfer, "assigned", by=by, now=now)
    _seen_to(transfer, standing, by, note, now)


@transaction.atomic
def record_sent_back(*, transfer_id: UUID, by: UUID, note: str, now: datetime) -> None:
    """Note that its sender has it again; `note` tells how to find that. Raises NotFound, TransferIs."""
    transfer = _locked(transfer_id)
    settled(transfer, "sent_back", by=by, now=now)
    _seen_to(transfer, Standing.SENT_BACK, by, note, now)


@transaction.atomic
def make_credit(*, transfer_id: UUID, order_number: str, by: UUID, note: str, now: datetime) -> None:
    """Let the customer of that order spend it, at once; without a number, of the order that its memo names.

    Raises NotFound for an order that there is not, and where neither names one; TransferIs where it was seen to
    meanwhile, is not in đồng or not in our account; Invalid to oneself.
    """
    transfer = _locked(transfer_id)
    if not is_ours(transfer) or transfer.oddity == Oddity.OTHERWISE:
        raise TransferIs
    if order_number:
        order_id = Payment.objects.order_numbered(order_number)
        transfer.payment = Bill.of(order_id).base if order_id else None
    if transfer.payment is None:
        raise NotFound("order", order_number)
    payer_id = transfer.payment.payer_id
    if payer_id == by:
        raise Invalid("order_number", "Not to yourself.", "Không thể chuyển cho chính mình.")
    settled(transfer, "credited", by=by, now=now)
    pay_in(payer_id, transfer.total, transfer=transfer, by=by, now=now)
    _seen_to(transfer, Standing.CREDITED, by, note, now)


@transaction.atomic
def believe_other_amount(*, transfer_id: UUID, by: UUID, note: str, now: datetime) -> None:
    """Of the two amounts that the bank has told, the later one is true: it pays what its memo names, or stands in the
    queue with that.

    Raises NotFound; TransferIs where only one was told.
    """
    transfer = _locked(transfer_id)
    if transfer.oddity != Oddity.OTHERWISE or transfer.told_otherwise is None:
        raise TransferIs
    transfer.amount, transfer.told_otherwise = transfer.told_otherwise, transfer.amount
    transfer.save(update_fields=["amount", "told_otherwise"])
    settled(transfer, "corrected", by=by, now=now, amount=transfer.told_otherwise)
    oddity = Oddity.UNKNOWN_MEMO
    if transfer.payment_id:
        _, transfer.payment = Bill.locked_with(transfer.payment_id)
        oddity = pay_with(transfer, transfer.payment, now=now)
    transfer.oddity = cast("str", oddity)
    if oddity not in TAKEN:
        put_aside(transfer, oddity.value, by=by, now=now)
    _seen_to(transfer, Standing.PAID if oddity in TAKEN else Standing.OPEN, by, note, now)


@transaction.atomic
def settle_other_amount(*, transfer_id: UUID, by: UUID, note: str, now: datetime) -> None:
    """Note what came of two amounts of which the first has paid an order: nothing of it is booked anew, `note` tells
    what the bank says and where a difference went.

    Raises NotFound; TransferIs where it waits for nobody.
    """
    transfer = IncomingTransfer.objects.locked(transfer_id)
    if not transfer.was_paid_otherwise():
        raise TransferIs
    transfer.oddity = cast("str", Oddity.NONE)
    _seen_to(transfer, Standing(transfer.standing), by, note, now)


@transaction.atomic
def reopen_transfer(*, transfer_id: UUID, by: UUID, note: str, now: datetime) -> None:
    """It was not sent back after all, is not to wait, is nobody's credit or no cash of ours: it stands in the queue
    again.

    Raises NotFound; TransferIs once it is with its order, where the books have it; NotEnoughCredit once it was spent.
    """
    CashDeposit.objects.take_turn()
    transfer = IncomingTransfer.objects.locked(transfer_id)
    if transfer.standing not in UNDOABLE:
        raise TransferIs
    if transfer.standing == Standing.DEPOSITED:
        send_on_again(transfer, by=by, now=now)
    if transfer.standing == Standing.CREDITED:
        pay_out(transfer=transfer, by=by, now=now)
    if transfer.standing != Standing.WAITS:
        put_aside(transfer, "reopened", by=by, now=now)
    _seen_to(transfer, Standing.OPEN, by, note, now)


def _locked(transfer_id: UUID) -> IncomingTransfer:
    transfer = IncomingTransfer.objects.locked(transfer_id)
    if not transfer.may_be_seen_to():
        raise TransferIs
    return transfer


def _pay(transfer: IncomingTransfer, bill: Bill, now: datetime) -> Standing:
    waiting = [payment for payment in bill.waiting() if payment.method == Method.BANK_TRANSFER]
    transfer.payment = waiting[0] if waiting else bill.base
    if not waiting:
        _take_beyond(transfer, bill, transfer.total, transfer.reference, now)
        return Standing.PAID
    wanted = waiting[0]
    oddity = pay_with(transfer, wanted, now=now)
    if oddity in TAKEN:
        return Standing.PAID
    if oddity == Oddity.LESS:
        return Standing.WAITS
    parts = IncomingTransfer.objects.waiting_for_the_rest(wanted.id).exclude(id=transfer.id)
    beyond = transfer.total + parts.total() - wanted.total
    pay_with_parts(list(parts), now=now)
    receive_transfer(payment_id=wanted.id, reference=transfer.reference, now=now)
    _take_beyond(transfer, bill, beyond, f"{transfer.reference} +", now)
    return Standing.PAID


def _take_beyond(transfer: IncomingTransfer, bill: Bill, amount: Money, reference: str, now: datetime) -> None:
    """What nobody asked for is a payment that was let go before it came: ours, told to the books, and owed back."""
    beyond = bill.add(
        top_up_for=transfer.id,
        method=Method.BANK_TRANSFER,
        amount=amount.minor,
        state=PaymentState.PENDING,
        opened_at=now,
        cancel_requested_at=now,
        let_go=LetGo.NOT_NEEDED,
    )
    receive_transfer(payment_id=beyond.id, reference=reference, now=now)


def _seen_to(transfer: IncomingTransfer, standing: Standing, by: UUID, note: str, now: datetime) -> None:
    before = transfer.standing
    transfer.stand(standing, by=by, now=now, note=note)
    log.info("transfer_seen_to", transfer_id=str(transfer.id), by=str(by), before=before, after=standing.value)
