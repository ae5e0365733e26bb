"""What ordering and its customer do about one order, and what is told of it to the books, by ordering's own rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from grocery.kernel.errors import DomainError
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong, total
from grocery.kernel.outbox import publish
from grocery.ordering.events import ChargeReduced, OrderCharged
from grocery.ordering.policies import charges
from grocery.ordering.policies.charges import Back, Share
from grocery.payments import public as payments
from grocery.payments.contracts import Method
from grocery.payments.models import Bill, Payment
from tests.payments.conftest import STORE, Till
from tests.payments.counters import Counter, Momo, Stripe
from tests.payments.history.dying import mortal

FEE: Final = 15_000
STAFF: Final = new_id()
#: Until the goods are handed over, for an order of another week; and until its hold is about to end.
FAR, SOON = timedelta(days=10), timedelta(days=6)
numbers = count(1)


class Ordered:
    """One order, the only one of its shop; `packed` and `back` are what ordering has told the books of it."""

    till: Till

    def opens(self, tender: str, goods: int, *, credit: int, far: bool) -> None:
        counters: dict[str, Counter] = {"card": Stripe(), "momo": Momo()}
        self.method, self.order, self.number = Method(tender), new_id(), f"G-{next(numbers)}"
        self.payer, self.counter = new_id(), counters.get(tender)
        self.needed = self.till.now + (FAR if far else timedelta(hours=3))
        self.packed: list[Share] | None = None
        self.back = Back({}, dong(0))
        self.collected: int | None = None
        self.granted = credit
        if credit:
            payments.grant_credit(
                customer_id=self.payer, amount=dong(credit), reason="late", by=STAFF, key="K", now=self.till.now
            )
        with transaction.atomic():
            payments.open_payment(
                order_id=self.order,
                order_number=self.number,
                payer_id=self.payer,
                store_id=STORE,
                amount=dong(goods + FEE),
                method=self.method,
                credit=dong(credit),
                now=self.till.now,
            )

    # --- what we have ---------------------------------------------------------------------------------------------
    @property
    def bill(self) -> Bill:
        return Bill.of(self.order)

    @property
    def is_cash(self) -> bool:
        return self.method is Method.CASH_ON_DELIVERY

    @property
    def is_transfer(self) -> bool:
        return self.method is Method.BANK_TRANSFER

    @property
    def gone(self) -> bool:
        return self.bill.base.cancel_requested_at is not None and not self.packed

    def facts(self, name: str) -> list[UUID]:
        """What ordering has told of this order."""
        told = OutboxEvent.objects.filter(stream=f"order:{self.order}", name=f"ordering.{name}")
        return list(told.values_list("id", flat=True))

    def told(self) -> dict[str, Any]:
        names = {"order_id": self.order, "number": self.number, "customer_id": self.payer, "store_id": STORE}
        return {**names, "at": self.till.now}

    # --- what it comes to -----------------------------------------------------------------------------------------
    def came_to(self) -> int:
        """When it was packed."""
        return sum(line.amount.minor for line in self.packed) + FEE if self.packed else 0

    def came_back(self) -> int:
        return sum(amount.minor for amount in self.back.goods.values())

    def charged(self) -> int:
        """What is left of the charge, by what ordering has told."""
        return self.came_to() - self.came_back()

    def left(self) -> int:
        """What of the goods at 8 % has not come back; nothing before they are packed."""
        return self.packed[1].amount.minor - self.came_back() if self.packed else 0

    # --- before it is packed --------------------------------------------------------------------------------------
    def raised(self, more: int, minutes: int | None) -> None:
        with suppress(DomainError):
            amount = self.bill.view().amount + dong(more)
            if self.is_cash:
                self.till.change_cash(self.order, amount)
            else:
                self.till.raise_to(self.order, amount, new_id(), minutes)

    def lowered(self, less: int) -> None:
        amount = max(self.bill.view().amount.minor - less, FEE + 20_000)
        with suppress(DomainError):
            if self.is_cash:
                self.till.change_cash(self.order, dong(amount))
            else:
                self.till.lower_to(self.order, dong(amount))

    def called_off(self, dies: int) -> None:
        with mortal(dies), transaction.atomic():
            payments.request_cancellation(order_id=self.order, now=self.till.now)

    def holds_that_end_are_renewed(self, dies: int) -> None:
        for hold in payments.holds_to_renew(now=self.till.now):
            with mortal(dies), transaction.atomic():
                payments.renew_hold(order_id=hold.order_id, needed_until=self.needed, now=self.till.now)

    # --- packed, and after ----------------------------------------------------------------------------------------
    def sealed(self, less: int, dies: int) -> None:
        """As weighed: what it comes to is charged, and told with its VAT by rate."""
        bill = self.bill
        whole = bill.authorised().minor - less
        if self.packed or self.gone or not bill.base.is_held() or whole <= FEE + 2_000:
            return
        one = (whole - FEE) // 2
        lines = [Share(Decimal(5), dong(one)), Share(Decimal(8), dong(whole - FEE - one))]
        with mortal(dies), transaction.atomic():
            payments.request_capture(order_id=self.order, amount=dong(whole), now=self.till.now)
            parts, offers = charges.charged(lines, Share(Decimal(8), dong(FEE)))
            publish(OrderCharged(**self.told(), total=dong(whole), parts=parts, offers=offers))
        if self.facts("OrderCharged"):  # whoever dies right after the commit has done it
            self.packed = lines

    def handed_over(self, dies: int) -> None:
        """The driver notes what the order came to at the door, once; asking again says the same."""
        comes_to = self.charged() if self.collected is None else self.collected
        with mortal(dies):
            payments.record_cash(order_id=self.order, amount=dong(comes_to), now=self.till.now, by=STAFF)
        if self.collected is None and self.bill.base.is_final():
            self.collected = comes_to

    def given_back(self, amount: int, dies: int, *, to_credit: bool) -> None:
        """Goods came back: less is owed, and the money goes where it came from, or to what they have with us."""
        part = min(amount, self.left())
        if part > 0:
            to = payments.RefundTo.CREDIT if to_credit else payments.RefundTo.ORIGINAL
            with self._reduced(part, dies):
                self._refunded(part, to=to)

    def refused_at_the_door(self, part: int, dies: int) -> None:
        """Less is collected; what store credit has paid beyond that goes back."""
        if self.left() > part:
            with self._reduced(part, dies):
                comes_to = dong(self.charged() - part)
                payments.change_cash(order_id=self.order, amount=comes_to, now=self.till.now)
                if more := payments.taken_beyond(order_id=self.order, amount=comes_to):
                    self._refunded(min(more.minor, part), to=payments.RefundTo.ORIGINAL)

    def _refunded(self, amount: int, *, to: payments.RefundTo) -> None:
        payments.request_refund(
            order_id=self.order,
            amount=dong(amount),
            key=f"back:{new_id()}",
            reason="damaged",
            now=self.till.now,
            to=to,
        )

    @contextmanager
    def _reduced(self, part: int, dies: int) -> Iterator[datetime]:
        """So much less is owed, together with what is done inside, unless somebody dies before the commit."""
        assert self.packed
        rate, before = Decimal(8), len(self.facts("ChargeReduced"))
        after = Back({rate: self.back.goods.get(rate, dong(0)) + dong(part)}, dong(0))
        parts = charges.taken_back(self.packed, Share(rate, dong(FEE)), before=self.back, after=after)
        whole = total(one.total for one in parts)
        with mortal(dies), transaction.atomic():
            yield self.till.now
            publish(ChargeReduced(**self.told(), return_id=new_id(), kind="after", total=whole, parts=parts))
        if len(self.facts("ChargeReduced")) > before:
            self.back = after

    # --- its customer ---------------------------------------------------------------------------------------------
    def looked_at(self, dies: int, decides: str, off_by: int = 0) -> None:
        """The customer opens the payment page and pays, is refused, or does neither; a transfer may be of another
        amount than the page says."""
        sandbox = self.till.sandbox
        with mortal(dies):
            view = payments.begin_authorisation(order_id=self.order, needed_until=self.needed, now=self.till.now)
            if isinstance(view.step, payments.TransferTo) and decides == "pays":
                sandbox.bank.scan(view.step.qr, amount=view.step.amount.minor + off_by)
        if self.counter and decides != "waits":
            act = self.counter.approve if decides == "pays" else self.counter.refuse
            for waiting in [payment for payment in self.bill.waiting() if payment.reference]:
                act(sandbox, waiting.reference)

    def sent(self, which: int, off_by: int) -> None:
        """Somebody transfers to a memo that they have, whatever it is worth by now."""
        asked_for: list[Payment] = [payment for payment in self.bill.payments if payment.memo]
        if asked_for:
            meant = asked_for[which % len(asked_for)]
            self.till.sandbox.bank.transfer(meant.amount + off_by, meant.memo)
