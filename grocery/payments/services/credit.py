"""What a customer has with the shop: given, taken back, spent, come back. Each movement is a balance and an entry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.kernel import figures
from grocery.kernel.errors import Conflict, Invalid
from grocery.kernel.money import Money, dong
from grocery.kernel.outbox import publish
from grocery.payments.contracts import AmountTooLarge, AmountTooSmall
from grocery.payments.contracts.credit import CreditEntryView, CreditKind, NotEnoughCredit, NothingToTakeBack
from grocery.payments.events import CreditGranted, CreditPaidIn, CreditPaidOut, CreditTakenBack
from grocery.payments.models import CreditAccount, CreditEntry, IncomingTransfer, Payment, RefundPart

MOVED = Counter("payments_store_credit_moved_dong", "Store credit in đồng, by how it moved", ["kind"])
#: More is not given in one go.
MOST: Final = dong(10_000_000)


class _Outstanding(Collector):
    """What all customers may still spend: one query per scrape."""

    def collect(self) -> Iterable[Metric]:
        outstanding = GaugeMetricFamily("payments_store_credit_dong", "Store credit that customers may still spend.")
        outstanding.add_metric([], CreditAccount.objects.outstanding().minor)
        return (outstanding,)

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


figures.show(_Outstanding())


def credit_of(*, customer_id: UUID) -> Money:
    """What this customer may still spend; nothing for who never had any."""
    return CreditAccount.objects.balance_of(customer_id)


def credit_entries(*, customer_id: UUID, most: int = 50, before: UUID | None = None) -> tuple[CreditEntryView, ...]:
    """What moved this customer's credit, newest first, at most so many; `before`: those older than that entry."""
    entries = CreditEntry.objects.of_customer(customer_id)
    return tuple(entry.view() for entry in (entries.older_than(before) if before else entries)[:most])


@transaction.atomic
def grant_credit(
    *, customer_id: UUID, amount: Money, reason: str, by: UUID, key: str, now: datetime
) -> CreditEntryView:
    """Give this customer `amount` to spend, once per `key` (at most 64 characters); the same again is harmless.

    `by`: who of the staff, `reason`: why, in words without personal data, which the customer can read. Raises
    AmountTooSmall, AmountTooLarge above 10.000.000 ₫, Invalid without a reason and to oneself, Conflict for another
    use of `key`.
    """
    if amount < dong(1):
        raise AmountTooSmall(amount, dong(1))
    if amount > MOST:
        raise AmountTooLarge(amount, MOST)
    if by == customer_id:
        raise Invalid("customer_id", "Nobody gives credit to themselves.", "Không ai tự tặng số dư cho mình.")
    reason, key = _why(reason), f"grant:{key}"
    CreditAccount.objects.opened(customer_id)
    if again := CreditEntry.objects.with_key(key):
        if not again.is_same(account_id=customer_id, amount=amount.minor):
            raise Conflict
        return again.view()
    balance = CreditAccount.objects.add(customer_id, amount)
    entry = _write(customer_id, CreditKind.GRANTED, amount, balance, now, reason=reason, by=by, key=key)
    publish(CreditGranted(customer_id=customer_id, entry_id=entry.id, amount=amount, reason=reason, by=by, at=now))
    return entry.view()


@transaction.atomic
def take_back_credit(*, entry_id: UUID, reason: str, by: UUID, now: datetime) -> CreditEntryView:
    """Take back what was granted by mistake, once: all of it or, where some has been spent, what is left.

    Raises NotFound for what is no grant, NothingToTakeBack where nothing is left or it was taken back before, Invalid
    without a reason.
    """
    reason, grant = _why(reason), CreditEntry.objects.grant(entry_id)
    account = CreditAccount.objects.locked(grant.account_id)
    amount = min(grant.money, account.money)
    if not amount or CreditEntry.objects.with_key(f"take_back:{grant.id}"):
        raise NothingToTakeBack
    balance = _take(account.customer_id, amount)
    terms = {"reason": reason, "by": by, "key": f"take_back:{grant.id}"}
    entry = _write(account.customer_id, CreditKind.TAKEN_BACK, -amount, balance, now, **terms)
    publish(
        CreditTakenBack(
            customer_id=account.customer_id, entry_id=entry.id, amount=amount, reason=reason, by=by, at=now
        )
    )
    return entry.view()


def pay_in(customer_id: UUID, amount: Money, *, transfer: IncomingTransfer, by: UUID, now: datetime) -> None:
    """The transfer is this customer's to spend, in the caller's transaction and under the transfer's lock."""
    balance = CreditAccount.objects.add(customer_id, amount)
    terms = _of_transfer(transfer, by)
    entry = _write(customer_id, CreditKind.PAID_IN, amount, balance, now, **terms)
    about: dict[str, Any] = {"reason": transfer.reference, "by": by, "at": now}
    publish(CreditPaidIn(customer_id=customer_id, entry_id=entry.id, amount=amount, **about))


def pay_out(*, transfer: IncomingTransfer, by: UUID, now: datetime) -> None:
    """The opposite, for whoever it was, where they have not spent it. Raises NotEnoughCredit."""
    paid_in = CreditEntry.objects.of_transfer(transfer.id)[0]
    customer_id, amount = paid_in.account_id, paid_in.money
    balance = _take(customer_id, amount)
    entry = _write(customer_id, CreditKind.PAID_OUT, -amount, balance, now, **_of_transfer(transfer, by))
    about: dict[str, Any] = {"reason": transfer.reference, "by": by, "at": now}
    publish(CreditPaidOut(customer_id=customer_id, entry_id=entry.id, amount=amount, **about))


def _of_transfer(transfer: IncomingTransfer, by: UUID) -> dict[str, Any]:
    times = CreditEntry.objects.of_transfer(transfer.id).count()
    return {"reason": transfer.reference, "by": by, "key": f"transfer:{transfer.id}:{times}"}


def spend(payment: Payment, *, now: datetime) -> None:
    """Pay this payment from its payer's credit, all of it, in the caller's transaction. Raises NotEnoughCredit."""
    balance = _take(payment.payer_id, payment.total)
    of = _of_order(payment) | {"key": f"spent:{payment.id}"}
    _write(payment.payer_id, CreditKind.SPENT, -payment.total, balance, now, **of)


def come_back(payment: Payment, part: RefundPart, *, now: datetime) -> None:
    """What this part of a refund gives back is the customer's to spend, under the bill's lock."""
    balance = CreditAccount.objects.add(payment.payer_id, part.total)
    of = _of_order(payment) | {"key": f"returned:{part.id}", "reason": part.refund.reason}
    _write(payment.payer_id, CreditKind.RETURNED, part.total, balance, now, **of)


def _take(customer_id: UUID, amount: Money) -> Money:
    balance = CreditAccount.objects.take(customer_id, amount)
    if balance is None:
        raise NotEnoughCredit(CreditAccount.objects.balance_of(customer_id))
    return balance


def _of_order(payment: Payment) -> dict[str, Any]:
    return {"order_id": payment.order_id, "order_number": payment.order_number}


def _write(
    customer_id: UUID, kind: CreditKind, amount: Money, balance: Money, now: datetime, **terms: Any
) -> CreditEntry:
    transaction.on_commit(partial(MOVED.labels(kind.value).inc, abs(amount.minor)))
    return CreditEntry.objects.create(
        account_id=customer_id, kind=kind, amount=amount.minor, balance=balance.minor, at=now, **terms
    )


def _why(reason: str) -> str:
    reason = reason.strip()
    if not 1 <= len(reason) <= 200:
        raise Invalid("reason", "Say why, in at most 200 characters.", "Hãy ghi lý do, tối đa 200 ký tự.")
    return reason
