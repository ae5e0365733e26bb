"""All payments of one order, together: what it has, what it waits for, how it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, transaction

from grocery.kernel import statements
from grocery.kernel.errors import NotFound
from grocery.kernel.money import Money, dong, total
from grocery.payments.contracts import (
    CaptureView,
    Method,
    PaymentIs,
    PaymentState,
    PaymentStep,
    PaymentView,
    RefundView,
)
from grocery.payments.models.payments import Payment
from grocery.payments.models.provider import ProviderCall
from grocery.payments.models.refunds import Refund
from grocery.payments.policies import SUPERSEDED, LetGo, Standby

_READ: Final = f"""
    SELECT {statements.columns(Payment, "payment")}, EXISTS (
        SELECT FROM payments_providercall call
        WHERE call.payment_id = payment.id AND call.state = 'unknown' AND call.operation <> 'refund'
    ) FROM payments_payment payment WHERE order_id = %s ORDER BY number
"""  # noqa: S608 - names of columns
_LOCK: Final = f"""
    SELECT {statements.columns(Payment, "payment")} FROM payments_payment payment
    WHERE number = 0 AND order_id = {{order}} FOR UPDATE
"""  # noqa: S608 - names of columns
_LOCK_ORDER: Final = _LOCK.format(order="%s")
_LOCK_OF_PAYMENT: Final = _LOCK.format(order="(SELECT order_id FROM payments_payment WHERE id = %s)")
_LOCK_OF_CALL: Final = _LOCK.format(
    order="""(
        SELECT order_id FROM payments_payment one JOIN payments_providercall call ON call.payment_id = one.id
        WHERE call.id = %s
    )"""
)
_OTHERS: Final = f"""
    SELECT {statements.columns(Payment, "payment")} FROM payments_payment payment
    WHERE order_id = %s AND number > 0 ORDER BY number
"""  # noqa: S608 - names of columns
#: What the order had, until it was off.
_COUNTED: Final = {"", LetGo.ORDER_OFF}


@dataclass(slots=True)
class Bill:
    """The payments of one order, what store credit pays before the others, else oldest first; there is always one.

    Store credit comes first because it is kept before all others, and goes back after them.
    """

    payments: list[Payment]

    def __post_init__(self) -> None:
        self._sort()

    @classmethod
    def of(cls, order_id: UUID) -> Bill:
        """To look at. Raises NotFound."""
        rows = statements.rows(DEFAULT_DB_ALIAS, _READ, [order_id])
        if not rows:
            raise NotFound("payment", order_id)
        payments = [statements.load(Payment, row) for row in rows]
        for payment, row in zip(payments, rows, strict=True):
            payment.doubt = row[-1]
        return cls(payments)

    @classmethod
    def opened(cls, payments: list[Payment]) -> tuple[Bill, bool]:
        """The bill that begins with these payments, and true: one statement. Or the one that the order has already.

        Of two who open at once the second waits for the first, and finds its bill.
        """
        if statements.insert(payments, on_conflict="DO NOTHING"):
            return cls(payments), True
        return cls.of(payments[0].order_id), False

    @classmethod
    def locked(cls, order_id: UUID) -> Bill:
        """Mine until the transaction ends; refuses to run outside one. Raises NotFound."""
        return cls._lock(_LOCK_ORDER, order_id)

    @classmethod
    def open(cls, order_id: UUID) -> Bill:
        """The same, of an order whose payments may still change. Raises PaymentIs once its money was asked for."""
        bill = cls.locked(order_id)
        asked = not bill.is_cash and any(payment.to_capture for payment in bill.live())
        over = bill.base.is_final() and not bill.base.is_prepaid()
        if asked or over or not bill.base.is_live():
            raise PaymentIs(PaymentState.CAPTURED if asked else bill.state())
        return bill

    @classmethod
    def locked_with(cls, payment_id: UUID) -> tuple[Bill, Payment]:
        """The same, by one of its payments, and that payment of it."""
        bill = cls._lock(_LOCK_OF_PAYMENT, payment_id)
        return bill, next(payment for payment in bill.payments if payment.id == payment_id)

    @classmethod
    def locked_with_call(cls, call_id: UUID) -> tuple[Bill, ProviderCall]:
        """The same, by a call about one of its payments, and that call."""
        bill = cls._lock(_LOCK_OF_CALL, call_id)
        call = ProviderCall.objects.one(call_id)
        call.payment = next(payment for payment in bill.payments if payment.id == call.payment_id)
        return bill, call

    @classmethod
    def _lock(cls, statement: str, wanted: UUID) -> Bill:
        """The first payment stands for the order: whoever holds its row may change the others and add to them.

        They are read afterwards, so that one which was added while we waited is among them.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("a bill is locked in a transaction")
        first = [statements.load(Payment, row) for row in statements.rows(DEFAULT_DB_ALIAS, statement, [wanted])]
        if not first:
            raise NotFound("payment", wanted)
        others = statements.rows(DEFAULT_DB_ALIAS, _OTHERS, [first[0].order_id])
        return cls(first + [statements.load(Payment, row) for row in others])

    @property
    def order_id(self) -> UUID:
        return self.payments[0].order_id

    @property
    def base(self) -> Payment:
        """The payment that carries the order: what store credit does not pay, which may be nothing."""
        carries = (p for p in self.payments if p.top_up_for is None and not p.standby and not p.is_credit())
        return next(p for p in carries if p.let_go not in SUPERSEDED)

    @property
    def credits(self) -> list[Payment]:
        """What is paid with store credit: when the order was placed, and where it came to more."""
        return [payment for payment in self.payments if payment.is_credit()]

    @property
    def provider(self) -> str:
        """Who holds and takes the money; "" where it is handed or sent to us."""
        return self.base.provider

    @property
    def is_cash(self) -> bool:
        return self.base.method == Method.CASH_ON_DELIVERY

    def paid_with_credit(self) -> Money:
        """What store credit pays of the order and has not gone back; not of a change that waits for its top-up."""
        return total(one.refundable() for one in self.credits if not one.let_go and not self._waits_along(one))

    def rest_of(self, amount: Money) -> Money:
        """What store credit leaves to be paid of it."""
        return max(amount - self.paid_with_credit(), dong(0))

    def taken_beyond(self, amount: Money) -> Money:
        """What is ours, and not promised back, beyond that."""
        ours = dong(sum(payment.refundable().minor for payment in self.payments))
        return max(ours - amount, dong(0))

    def is_packed(self) -> bool:
        """Somebody has said what of it we keep."""
        return any(payment.to_capture is not None for payment in self.payments)

    def live(self) -> list[Payment]:
        """Those that the order counts on."""
        return [payment for payment in self.payments if payment.is_live()]

    def held(self) -> list[Payment]:
        """Those of the live ones that are authorised or captured; not of a change that waits for its top-up."""
        return [payment for payment in self.live() if payment.is_held() and not self._waits_along(payment)]

    def _credited(self) -> list[Payment]:
        """Store credit that the order is paid with, or was until it was off."""
        return [one for one in self.credits if one.let_go in _COUNTED and not self._waits_along(one)]

    def _waits_along(self, payment: Payment) -> bool:
        """Store credit beside a top-up that its customer has yet to pay: it comes back if they do not."""
        change = payment.top_up_for if payment.is_credit() else None
        return change is not None and any(one.top_up_for == change and one.is_waiting() for one in self.payments)

    def waiting(self) -> list[Payment]:
        """Those that the customer has yet to pay, first how they want to pay now: the next to be paid."""
        waiting = [payment for payment in self.payments if payment.is_waiting()]
        return sorted(waiting, key=lambda payment: payment.standby != Standby.CHANGE)

    @property
    def next(self) -> Payment:
        """What is to be paid next; where nothing is, what carries the order."""
        return next(iter(self.waiting()), self.base)

    @property
    def tender_to_come(self) -> Payment | None:
        """How the customer wants to pay instead, which they have yet to do."""
        changes = (payment for payment in self.waiting() if payment.standby == Standby.CHANGE)
        return next(changes, None)

    def awaited(self) -> list[Payment]:
        """Those, and new holds that are being asked for without the customer."""
        return [payment for payment in self.payments if payment.is_awaited()]

    def wanted(self) -> list[Payment]:
        """All that nobody has let go."""
        return [payment for payment in self.payments if payment.is_wanted()]

    def top_up(self, reference: UUID) -> Payment | None:
        """The top-up for that change of the order beside store credit, whatever became of it."""
        for_it = (p for p in self.payments if p.top_up_for == reference and not p.is_credit())
        return next((payment for payment in for_it if payment.let_go != LetGo.RENEWED), None)

    def authorised(self) -> Money:
        """What is held for us, or ours."""
        return self._sum(lambda payment: payment.amount, self.held())

    def captured(self) -> Money:
        return self._sum(lambda payment: payment.captured, self.payments)

    def asked(self) -> Money:
        """What we have asked to be taken, and still want."""
        return self._sum(lambda payment: payment.to_capture or 0, self.live())

    def add(self, **terms: Any) -> Payment:
        """One more payment of the order, under its lock."""
        first = self.payments[0]
        whose = {name: getattr(first, name) for name in ("order_id", "order_number", "payer_id", "store_id")}
        number = max(payment.number for payment in self.payments) + 1
        added = Payment.objects.create(number=number, **whose, **terms)
        self.payments.append(added)
        self._sort()
        return added

    def _sort(self) -> None:
        self.payments.sort(key=lambda payment: (not payment.is_credit(), payment.number))

    def state(self) -> PaymentState:
        """How the order's money stands: as the payment that carries it does, and as sure as all of them are.

        A top-up that waits for its customer changes nothing; one that is being captured keeps it from `captured`.
        What was paid by hand after the card's hold was lost is captured.
        """
        wanted = [p for p in self.payments if p.let_go in _COUNTED and not p.standby]
        counting = [p for p in wanted if not p.is_waiting()]
        states = {payment.current_state() for payment in counting}
        if PaymentState.UNKNOWN in states:
            return PaymentState.UNKNOWN
        if not self.base.is_live() and any(p.captured and not p.let_go for p in counting):
            return PaymentState.CAPTURED
        if self.base.state == PaymentState.CAPTURED and any(p.is_being_captured() for p in self.payments):
            return PaymentState.AUTHORISED
        return self.base.current_state()

    def view(self, *, step: PaymentStep | None = None) -> PaymentView:
        """As others see it."""
        base, waiting, changes = self.base, self.waiting(), self.tender_to_come
        counted = [payment for payment in self.payments if payment is base or payment in self.held()]
        return PaymentView(
            order_id=base.order_id,
            order_number=base.order_number,
            payer_id=base.payer_id,
            store_id=base.store_id,
            method=Method(base.method),
            state=self.state(),
            amount=self._sum(lambda payment: payment.amount, counted),
            captured=self.captured(),
            refunded=self._sum(lambda payment: payment.refunded, self.payments),
            refunding=self._sum(lambda payment: payment.refunding, self.payments),
            refunds=self._refunds(),
            credit=dong(sum(one.captured for one in self._credited())),
            provider=self.next.provider,
            failure_code=self.next.failure_code,
            capture_before=min((p.capture_before for p in counted if p.capture_before), default=None),
            step=step,
            authorised=self.authorised(),
            to_pay=waiting[0].total if waiting else dong(0),
            pay_until=waiting[0].pay_until if waiting else None,
            pays_again=bool(waiting and waiting[0].standby == Standby.CUSTOMER),
            changes_to=Method(changes.method) if changes else None,
            saves_card=bool(waiting and waiting[0].keep_card),
            captures=tuple(
                CaptureView(Method(p.method), dong(p.captured), p.captured_at) for p in self.payments if p.captured_at
            ),
        )

    def _refunds(self) -> tuple[RefundView, ...]:
        """Those that went, go or wait; what was never taken is none."""
        if not any(p.refunded or p.refunding or p.is_being_captured() for p in self.payments):
            return ()
        return tuple(
            refund.view() for refund in Refund.objects.of_order(self.order_id) if refund.amount > refund.lapsed
        )

    @staticmethod
    def _sum(amount: Callable[[Payment], int], payments: list[Payment]) -> Money:
        return dong(sum(amount(payment) for payment in payments))
