"""Somebody has sent money to the shop's account: each transfer counts once, and none is lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

import structlog
from django.conf import settings
from django.db import transaction
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.kernel import figures, statements
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.payments.events import TransferCameLate
from grocery.payments.models import Bill, IncomingTransfer, Payment
from grocery.payments.policies.memos import looks_mistyped, memos_in
from grocery.payments.policies.transfers import TAKEN, Oddity, Source, Standing, Told, judge
from grocery.payments.services.match_deposit import take_as_deposit
from grocery.payments.services.put_aside import put_aside, settled
from grocery.payments.services.receive_transfer import receive_transfer

log = structlog.get_logger()
TRANSFERS = Counter("payments_transfers", "Transfers to the shop's account, by what became of them", ["outcome"])


class _Open(Collector):
    """How many wait for a person at this moment: one query per scrape."""

    def collect(self) -> Iterable[Metric]:
        waiting = GaugeMetricFamily("payments_transfers_open", "Transfers that fit nothing and wait for a person.")
        waiting.add_metric([], IncomingTransfer.objects.open().count())
        return (waiting,)

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


figures.show(_Open())


def take_transfer(told: Told, source: Source, *, now: datetime) -> str:
    """Store the transfer and have it pay what it is for, or stand in the queue with the reason; once per reference.

    "kept", or "duplicate" for what was told before, by whomever.
    """
    return "duplicate" if taken_as(told, source, now=now) is None else "kept"


@transaction.atomic
def taken_as(told: Told, source: Source, *, now: datetime) -> Oddity | None:
    """The same; what is odd about it, or None for what was told before."""
    transfer = _row(told, source, now)
    if not statements.insert([transfer], on_conflict="DO NOTHING"):
        _compare(told, transfer.account)
        return None
    oddity = _match(told, transfer, now)
    transfer.oddity = cast("str", oddity)
    transfer.stand(_standing(transfer, oddity))
    if oddity not in TAKEN:
        put_aside(transfer, oddity.value, now=now)
    transaction.on_commit(TRANSFERS.labels(oddity or "paid").inc)
    return oddity


def _standing(transfer: IncomingTransfer, oddity: Oddity) -> Standing:
    """What was taken and pays nobody's order is cash of ours."""
    if oddity not in TAKEN:
        return Standing.OPEN
    return Standing.PAID if transfer.payment else Standing.DEPOSITED


def _row(told: Told, source: Source, now: datetime) -> IncomingTransfer:
    return IncomingTransfer(
        account=f"{told.bank_bin}/{told.account}",
        reference=told.reference,
        amount=told.amount,
        currency=told.currency,
        memo=told.memo,
        payer_name=told.payer_name,
        payer_account=told.payer_account,
        booked_at=told.booked_at,
        received_at=now,
        source=source,
    )


def _compare(told: Told, account: str) -> None:
    """The bank names one transfer twice: with another amount a person has to ask it which is true."""
    known = IncomingTransfer.objects.known_as(account, told.reference)
    if known.amount == told.amount or known.told_otherwise is not None:
        return
    log.error("transfer_told_otherwise", reference=told.reference)
    transaction.on_commit(TRANSFERS.labels(Oddity.OTHERWISE).inc)
    known = IncomingTransfer.objects.locked(known.id)
    known.told_otherwise = told.amount
    if known.standing in {Standing.OPEN, Standing.PAID, Standing.DEPOSITED}:
        known.oddity = cast("str", Oddity.OTHERWISE)
    known.save(update_fields=["told_otherwise", "oddity"])


def _match(told: Told, transfer: IncomingTransfer, now: datetime) -> Oddity:
    """By memo, then by the exact amount, under the bill's lock; what names no order may be cash of ours."""
    if told.currency != "VND":
        return Oddity.OTHER_CURRENCY
    if (told.bank_bin, told.account) != (settings.BANK_BIN, settings.BANK_ACCOUNT):
        return Oddity.OTHER_ACCOUNT
    meant = list(Payment.objects.with_memos(memos_in(told.memo)))
    if len(meant) != 1:
        if meant:
            return Oddity.SEVERAL_MEMOS
        if (deposit := take_as_deposit(transfer, now=now)) is not None:
            return deposit
        return Oddity.MISTYPED_MEMO if looks_mistyped(told.memo) else Oddity.UNKNOWN_MEMO
    _, payment = Bill.locked_with(meant[0])
    transfer.payment = payment
    return pay_with(transfer, payment, now=now)


def pay_with(transfer: IncomingTransfer, payment: Payment, *, now: datetime) -> Oddity:
    """Have it pay that payment if it is exactly what was missing, under the bill's lock; else what is odd about it.

    Parts that waited for it pay with it. What is off takes the money, too, and gives it back.
    """
    parts = list(IncomingTransfer.objects.waiting_for_the_rest(payment.id).exclude(id=transfer.id))
    there = dong(sum(part.amount for part in parts))
    oddity = judge(
        transfer.total,
        wanted=payment.total,
        there=there,
        is_waiting=payment.is_waiting(),
        is_held=payment.is_held(),
    )
    if oddity in TAKEN:
        pay_with_parts(parts, now=now)
        receive_transfer(payment_id=payment.id, reference=transfer.reference, now=now)
    if oddity is Oddity.LATE:
        publish(TransferCameLate(order_id=payment.order_id, amount=transfer.total))
    return oddity


def pay_with_parts(parts: Sequence[IncomingTransfer], *, now: datetime) -> None:
    """These, which had waited for the rest, are with their order."""
    IncomingTransfer.objects.paid_with(parts)
    for part in parts:
        settled(part, "assigned", now=now)
