"""Any order by any tender, with the real books beside: sums, kept to the đồng, whatever happens.

Orders are raised, lowered, weighed, packed, refused, called off and given back by chance; Stripe, MoMo and the bank
fail, forget to answer, repeat themselves, tell things late, shuffled, wrong or never; whoever works dies between two
statements. What is charged, less what was taken off, is what was taken, less what was given back: in payments, in the
books, on the invoices, and by what the *sandbox* has of it. `TENDER_HISTORIES=1000 pytest …` for a long look,
`TENDER_SEED` for others than the first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
import stripe
from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import Now
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from grocery.kernel.errors import DomainError
from grocery.kernel.ids import new_id
from grocery.kernel.models import InboxEntry, OutboxEvent
from grocery.kernel.money import dong, total
from grocery.kernel.outbox import publish
from grocery.kernel.outbox.subscribers import registry
from grocery.ledger import public as ledger
from grocery.ledger.models import Invoice, OrderBook, Posting
from grocery.ordering.events import ChargeReduced, OrderCharged
from grocery.ordering.policies import charges
from grocery.ordering.policies.charges import Back, Share
from grocery.payments import public as payments
from grocery.payments.contracts import Method, PaymentState
from grocery.payments.models import Bill, IncomingTransfer, ProviderCall, RefundPart, Shortfall
from grocery.payments.policies.transfers import Oddity
from tests.payments.conftest import PAYER, STORE, Till
from tests.payments.counters import Counter, Momo, Stripe
from tests.payments.test_bank_notices import offered
from tests.payments.test_fault_matrix_bank import bring_statement

__all__ = ["offered"]

HISTORIES: Final = int(os.environ.get("TENDER_HISTORIES", "4"))
SEED: Final = int(os.environ.get("TENDER_SEED", "1"))
STEPS: Final = 16
FEE: Final = 15_000
TENDERS: Final = ["card", "momo", "bank_transfer", "cash_on_delivery"]
FAULTS: Final = ["409", "429", "500_no_retry", "500_done", "cut", "cut_before"]
#: After how many statements somebody dies; 0: nobody does.
deaths = st.sampled_from([0, 0, 0, 1, 2, 3, 5, 8, 12, 17, 25, 40])
amounts = st.sampled_from([20_000, 38_500, 100_000, 104_001])
numbers = count(1)


class Died(BaseException):
    """Whoever was at work is gone, and its connection with it."""


@contextmanager
def mortal(after: int) -> Iterator[None]:
    """The work inside ends before its statement of that number, as if killed; 0: it does not."""
    left = after

    def dying(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        left -= 1
        if not left:
            raise Died
        return execute(sql, params, many, context)

    with suppress(Died, DomainError), connection.execute_wrapper(dying):
        yield


class Tender(RuleBasedStateMachine):
    """One order, and what ordering has told the books of it; the sandbox knows nothing but this order."""

    till: Till
    file: Path

    @initialize(
        tender=st.sampled_from(TENDERS),
        goods=st.lists(amounts, min_size=2, max_size=2),
        far=st.sampled_from(["placed", "paid", "packed", "packed"]),
    )
    def place(self, tender: str, goods: list[int], far: str) -> None:
        self.till.sandbox.clear_faults()
        for take in (
            self.till.sandbox.take_webhooks,
            self.till.sandbox.momo.take_notices,
            self.till.sandbox.bank.take_notices,
        ):
            take()  # what there is to tell of other orders
        self.before: frozenset[str] = frozenset()
        self.before = frozenset(self.names())
        self.method, self.order, self.number = Method(tender), new_id(), f"G-{next(numbers)}"
        counters: dict[str, Counter] = {"card": Stripe(), "momo": Momo()}
        self.counter = counters.get(tender)
        self.late: list[Any] = []
        self.packed: list[Share] | None = None
        self.back = Back({}, dong(0))
        with transaction.atomic():
            payments.open_payment(
                order_id=self.order,
                order_number=self.number,
                payer_id=PAYER,
                store_id=STORE,
                amount=dong(sum(goods) + FEE),
                method=self.method,
                now=self.till.now,
            )

        if far != "placed":
            self.pay_in_peace()
        if far == "packed":
            self.seal(7_001, 0)

    def pay_in_peace(self) -> None:
        """Before anything goes wrong, so that more of the histories get further."""
        view = payments.begin_authorisation(order_id=self.order, now=self.till.now) if not self.is_cash else None
        if view and isinstance(view.step, payments.TransferTo):
            self.till.sandbox.bank.scan(view.step.qr)
        if self.counter:
            self.counter.approve(self.till.sandbox, self.bill.base.reference)
        for notice in self.notices(due=False):
            self.receive(notice)
        self.till.deliver()

    @property
    def bill(self) -> Bill:
        return Bill.of(self.order)

    @property
    def gone(self) -> bool:
        return self.bill.base.cancel_requested_at is not None

    @property
    def is_cash(self) -> bool:
        return self.method is Method.CASH_ON_DELIVERY

    # --- the customer ---------------------------------------------------------------------------------------------
    @rule(dies=deaths, confirms=st.booleans())
    def open_the_payment_page(self, dies: int, confirms: bool) -> None:
        with mortal(dies):
            view = payments.begin_authorisation(order_id=self.order, now=self.till.now)
            if isinstance(view.step, payments.TransferTo) and confirms:
                self.till.sandbox.bank.scan(view.step.qr)
        if confirms and self.counter:
            for waiting in (p for p in self.bill.waiting() if p.reference):
                self.counter.approve(self.till.sandbox, waiting.reference)

    @rule(off_by=st.sampled_from([0, 0, -20_000, 20_000]))
    def send_again(self, off_by: int) -> None:
        """To the memo that they have, whatever it is worth by now."""
        memos = [payment.memo for payment in self.bill.payments if payment.memo]
        if memos:
            amount = self.bill.payments[0].amount + off_by
            self.till.sandbox.bank.transfer(amount, memos[0])

    # --- ordering -------------------------------------------------------------------------------------------------
    @rule(more=amounts, minutes=st.sampled_from([None, 15]))
    def raise_to(self, more: int, minutes: int | None) -> None:
        with suppress(DomainError):
            if self.packed:
                return
            amount = self.bill.view().amount + dong(more)
            if self.is_cash:
                self.till.change_cash(self.order, amount)
            else:
                self.till.raise_to(self.order, amount, new_id(), minutes)

    @rule(less=amounts)
    def lower_to(self, less: int) -> None:
        amount = max(self.bill.view().amount.minor - less, FEE + 20_000)
        with suppress(DomainError):
            if self.packed:
                return
            if self.is_cash:
                self.till.change_cash(self.order, dong(amount))
            else:
                self.till.lower_to(self.order, dong(amount))

    @rule(less=st.sampled_from([0, 1, 7_001]), dies=deaths)
    def pack(self, less: int, dies: int) -> None:
        self.seal(less, dies)

    def seal(self, less: int, dies: int) -> None:
        """As weighed: what it comes to is charged, and told with its VAT by rate."""
        most = self.bill.view().amount if self.is_cash else self.bill.authorised()
        if self.packed or self.gone or most.minor <= FEE + less + 2_000:
            return
        whole = most.minor - less
        one = (whole - FEE) // 2
        lines = [Share(Decimal(5), dong(one)), Share(Decimal(8), dong(whole - FEE - one))]
        with mortal(dies), transaction.atomic():
            payments.request_capture(order_id=self.order, amount=dong(whole), now=self.till.now)
            parts, offers = charges.charged(lines, Share(Decimal(8), dong(FEE)))
            publish(OrderCharged(**self.told(), total=dong(whole), parts=parts, offers=offers))
        if self.facts("OrderCharged"):  # whoever dies right after the commit has done it
            self.packed = lines

    @rule(amount=amounts, dies=deaths)
    def give_back(self, amount: int, dies: int) -> None:
        """Goods came back: less is owed, and the money goes where it came from."""
        part = min(amount, self.left())
        if part <= 0 or (self.is_cash and not self.bill.captured()):
            return
        with self.reduced(part, dies) as when:
            payments.request_refund(
                order_id=self.order, amount=dong(part), key=f"back:{new_id()}", reason="damaged", now=when
            )

    @rule(part=st.sampled_from([1, 20_000]), dies=deaths)
    def refuse_at_the_door(self, part: int, dies: int) -> None:
        """Less is collected."""
        if self.is_cash and self.left() > part and not self.bill.captured():
            with self.reduced(part, dies) as when:
                payments.change_cash(order_id=self.order, amount=dong(self.charged() - part), now=when)

    @rule(dies=deaths)
    def hand_over(self, dies: int) -> None:
        if self.is_cash and self.packed:
            with mortal(dies):
                payments.record_cash(order_id=self.order, amount=dong(self.due()), now=self.till.now, by=PAYER)

    @rule(dies=deaths, yes=st.sampled_from([False, False, True]))
    def call_off(self, dies: int, yes: bool) -> None:
        if yes and not self.packed:
            self.cancel(dies)

    def cancel(self, dies: int) -> None:
        with mortal(dies), transaction.atomic():
            payments.request_cancellation(order_id=self.order, now=self.till.now)

    def told(self) -> dict[str, Any]:
        names = {"order_id": self.order, "number": self.number, "customer_id": PAYER, "store_id": STORE}
        return {**names, "at": self.till.now}

    @contextmanager
    def reduced(self, part: int, dies: int) -> Iterator[datetime]:
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

    def facts(self, name: str) -> list[UUID]:
        """What ordering has told of this order."""
        told = OutboxEvent.objects.filter(stream=f"order:{self.order}", name=f"ordering.{name}")
        return list(told.values_list("id", flat=True))

    def left(self) -> int:
        """What of the goods at 8 % has not come back; nothing before they are packed."""
        back = self.back.goods.get(Decimal(8), dong(0)).minor
        return self.packed[1].amount.minor - back if self.packed else 0

    def charged(self) -> int:
        """What is left of the charge, by what ordering has told."""
        off = sum(amount.minor for amount in self.back.goods.values())
        return sum(line.amount.minor for line in self.packed) + FEE - off if self.packed else 0

    def due(self) -> int:
        """What the driver is to collect; the same once it was."""
        captured = self.bill.captured().minor
        return captured or self.charged()

    # --- whoever works, and what is outside -----------------------------------------------------------------------
    @rule(
        operation=st.sampled_from(["authorise", "poll", "capture", "cancel", "refund"]), kind=st.sampled_from(FAULTS)
    )
    def fail(self, operation: str, kind: str) -> None:
        if self.counter:
            self.till.sandbox.fault(self.counter.calls[operation], kind, provider=self.counter.provider)

    @rule(kind=st.sampled_from(["duplicate", "reordered", "late", "never", "wrong_amount", "bad_signature"]))
    def tell_badly(self, kind: str) -> None:
        """The next notice."""
        if self.counter:
            telling = self.counter.tellings["authorised"]
            self.till.sandbox.fault(telling, kind, provider=self.counter.provider)
        elif self.method is Method.BANK_TRANSFER:
            self.till.sandbox.bank.fault("transfer", kind)

    @rule(data=st.data(), dies=deaths)
    def hear_in_any_order_some_of_it_later(self, data: st.DataObject, dies: int) -> None:
        waiting = [*self.late, *self.notices(due=False)]
        order = data.draw(st.permutations(range(len(waiting))))
        now = data.draw(st.integers(0, len(waiting)))
        self.late = [waiting[place] for place in order[now:]]
        for place in order[:now]:
            heard = False
            with mortal(dies):
                self.receive(waiting[place])
                heard = True
            if not heard:
                self.late.append(waiting[place])  # it was not answered, and comes again

    def notices(self, *, due: bool) -> list[Any]:
        if self.method is Method.BANK_TRANSFER:
            return self.till.sandbox.bank.take_notices(due=due)
        return self.counter.notices(self.till.sandbox) if self.counter else []

    def receive(self, notice: Any) -> None:
        headers = {name.lower(): text for name, text in notice["headers"].items()}
        provider = self.counter.provider if self.counter else "bank"
        with suppress(payments.BadWebhook):
            body = notice["body"].encode()
            payments.take_webhook(provider=provider, body=body, headers=headers, now=datetime.now(UTC))

    @rule(dies=deaths)
    def relay(self, dies: int) -> None:
        """Whoever comes after one that died has what that had."""
        InboxEntry.objects.owed().update(due_at=Now(), attempts=0)
        with mortal(dies):
            self.till.deliver()

    @rule(minutes=st.sampled_from([1, 3, 20]), dies=deaths)
    def clock(self, minutes: int, dies: int) -> None:
        self.till.later(minutes=minutes)
        self.till.sandbox.advance(60 * minutes)
        with mortal(dies):
            payments.reconcile(now=self.till.now)

    # --- what holds at any moment ---------------------------------------------------------------------------------
    def there(self) -> tuple[int, int, int]:
        """By the sandbox's own books: how many payments are held or taken, how much was taken and given back."""
        if self.counter:
            return self.counter.balance(self.till.sandbox, self.names())
        sent = [one["amount"] for one in self.transfers()]
        return len(sent), sum(sent), 0

    def names(self) -> set[str]:
        """What the sandbox has of this order, at any provider, whether or not we know of it."""
        sandbox = self.till.sandbox
        known = {one["id"] for one in sandbox.objects("payment_intent")}
        known |= {one["orderId"] for one in sandbox.momo.payments()}
        return (known | {one["transaction"] for one in sandbox.bank.transfers()}) - self.before

    def transfers(self) -> list[Any]:
        return [one for one in self.till.sandbox.bank.transfers() if one["transaction"] not in self.before]

    @invariant()
    def nothing_is_taken_beyond_what_is_held_or_given_back_beyond_what_was_taken(self) -> None:
        if not hasattr(self, "order") or self.is_cash:
            return
        view, (_, taken, back) = self.bill.view(), self.there()
        assert view.captured.minor <= taken
        assert back <= taken
        assert all(payment.captured <= payment.amount for payment in self.bill.payments)
        if isinstance(self.counter, Stripe):
            intents = self.till.sandbox.objects("payment_intent")
            assert all(one["amount_received"] <= one["amount"] for one in intents)

    @invariant()
    def the_books_balance(self) -> None:
        if hasattr(self, "order"):
            assert (Posting.objects.aggregate(all=Sum("amount"))["all"] or 0) == 0

    # --- and when everything has calmed down ----------------------------------------------------------------------
    def teardown(self) -> None:
        if not hasattr(self, "order"):
            return
        self.till.sandbox.clear_faults()
        if not self.packed:
            self.cancel(0)
        elif self.is_cash:
            payments.record_cash(order_id=self.order, amount=dong(self.due()), now=self.till.now, by=PAYER)
        self.calm()
        self.nothing_is_open()
        aside = IncomingTransfer.objects.filter(standing__in=["open", "waits"])
        assert -self.on_account("unassigned") == aside.total().minor, "what is nobody's yet is owed"
        self.people_see_to_the_queues()
        self.calm()
        self.everybody_agrees()

    def calm(self) -> None:
        """Eight minutes in which nothing goes wrong any more, and the day's statement."""
        for _ in range(8):
            self.quiet_minutes(1)
        assert self.bill.state() is not PaymentState.UNKNOWN, "within those minutes every doubt was decided"
        if self.method is Method.BANK_TRANSFER:
            for day in sorted({one["booked_at"][:10] for one in self.transfers()}):
                bring_statement(self.till, self.file, f"&day={day}")

    def quiet_minutes(self, minutes: int) -> None:
        self.till.later(minutes=minutes)
        self.till.sandbox.advance(60 * minutes)
        for notice in [*self.late, *self.notices(due=True)]:
            self.receive(notice)
        self.late = []
        InboxEntry.objects.owed().update(due_at=Now(), attempts=0)
        self.till.deliver()
        payments.reconcile(now=self.till.now)
        self.till.deliver()

    def nothing_is_open(self) -> None:
        """What nobody can call off, a wallet's link that its customer has, is over once that has run out."""
        calls = ProviderCall.objects.open().filter(payment__order_id=self.order)
        for _ in range(12 if isinstance(self.counter, Momo) and calls.exists() else 0):
            self.quiet_minutes(20)
        assert [str(call) for call in calls.all()] == []

    def people_see_to_the_queues(self) -> None:
        """As the queues name it; nothing else is left to do."""
        for transfer in IncomingTransfer.objects.open().filter(payment__order_id=self.order):
            about: dict[str, Any] = {"transfer_id": transfer.id, "by": PAYER, "note": "seen", "now": self.till.now}
            if transfer.oddity == Oddity.OTHERWISE:
                payments.believe_other_amount(**about)
            if IncomingTransfer.objects.open().filter(id=transfer.id).exists():
                with suppress(payments.TransferIs):
                    payments.assign_transfer(order_number=self.number, **about)
        for transfer in IncomingTransfer.objects.filter(payment__order_id=self.order).exclude(standing="paid"):
            payments.record_sent_back(transfer_id=transfer.id, by=PAYER, note="seen", now=self.till.now)
        for shortfall in Shortfall.objects.of_order(self.order).open():
            payments.write_off(shortfall_id=shortfall.id, by=PAYER, note="seen", now=self.till.now)
        for part in RefundPart.objects.owed().filter(refund__order_id=self.order):
            payments.record_handed_back(part_id=part.id, by=PAYER, note="seen", now=self.till.now)

    def on_account(self, account: str) -> int:
        return Posting.objects.filter(account=account).aggregate(all=Sum("amount"))["all"] or 0

    def everybody_agrees(self) -> None:
        view, (many, taken, back) = self.bill.view(), self.there()
        kept = view.captured.minor - view.refunded.minor
        by_hand = sum(p.amount for p in RefundPart.objects.filter(refund__order_id=self.order) if p.handed_back_by)
        lost = sum(
            one.amount - one.waived for one in Shortfall.objects.of_order(self.order) if one.outcome == "written_off"
        )
        if self.counter:
            assert (taken, back) == (view.captured.minor, view.refunded.minor - by_hand), "as the provider says"
            assert many == sum(bool(p.captured) for p in self.bill.payments), "held by nobody in vain, taken once"
        elif self.method is Method.BANK_TRANSFER:
            away = IncomingTransfer.objects.filter(standing="sent_back", payment__order_id=self.order)
            assert taken == view.captured.minor + away.total().minor, "each transfer once"
        assert kept + lost == self.charged(), "charged, less what came off, is taken, less what went back"
        book = OrderBook.objects.filter(order_id=self.order).first()
        assert (book.balance if book else 0) == 0, "the receivable is closed"
        told = sum(one.net + one.vat for one in Invoice.objects.of_order(self.order))
        assert told == (book.charged + book.reduced if book else 0) == self.charged(), "invoiced for what it owes"
        assert self.on_account("unassigned") == 0, "nothing is put aside any more"
        found = ledger.check(now=self.till.now)
        assert (found.off_by.minor, found.wrong_sums) == (0, ())


@pytest.fixture
def till_with_books(sandbox: Any, deliver: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> Till:
    """Payments and the books hear; orders are made up, so nobody else does."""
    ours = {
        event: [s for s in every if s.name.startswith(("payments.", "ledger."))]
        for event, every in registry.by_event.items()
    }
    monkeypatch.setattr(registry, "by_event", ours)
    return Till(sandbox, deliver)


@pytest.mark.django_db(
    transaction=True, available_apps=["grocery.kernel", "grocery.payments", "grocery.ledger", "grocery.catalog"]
)
@pytest.mark.timeout(120 + 20 * HISTORIES)
def test_whatever_happens_to_an_order_by_any_tender_its_money_adds_up(
    till_with_books: Till, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
):
    settings.STRIPE_TIMEOUTS = settings.MOMO_TIMEOUTS = (2.0, 0.3)
    settings.PAYMENT_METHODS = (*TENDERS,)
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.001)
    monkeypatch.setattr(Tender, "till", till_with_books, raising=False)
    monkeypatch.setattr(Tender, "file", tmp_path / "bank.csv", raising=False)
    look()


def look() -> None:
    run_state_machine_as_test(
        seed(SEED)(Tender),
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=False,
            print_blob=False,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
