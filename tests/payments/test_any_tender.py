"""Any order by any tender, with the real books beside: sums, kept to the đồng, whatever happens.

Orders are raised, lowered, weighed, packed, refused, called off and given back by chance, paid beside store credit,
held anew for another week and disputed; Stripe, MoMo and the bank fail, forget to answer, repeat themselves, tell
things late, shuffled, wrong or never; whoever works dies between two statements. What is charged, less what was
taken off, is what was taken, less what was given back: in payments, in the books, on the invoices, and by what the
*sandbox* has of it. `TENDER_HISTORIES=1000 pytest …` for a long look, `TENDER_SEED` for others than the first.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import stripe
from django.db.models import Sum
from django.db.models.functions import Now
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from grocery.kernel.models import InboxEntry
from grocery.kernel.outbox.subscribers import registry
from grocery.ledger import public as ledger
from grocery.ledger.models import Invoice, OrderBook, Posting
from grocery.payments import public as payments
from grocery.payments.contracts import Method, PaymentState
from grocery.payments.models import Dispute, IncomingTransfer, ProviderCall, RefundPart, Shortfall
from grocery.payments.policies.transfers import Oddity
from tests.emptying import begin_anew
from tests.payments.conftest import Till
from tests.payments.counters import Momo, Stripe
from tests.payments.history import there
from tests.payments.history.dying import mortal
from tests.payments.history.ordered import SOON, STAFF, Ordered
from tests.payments.history.there import There
from tests.payments.test_bank_notices import offered
from tests.payments.test_fault_matrix_bank import bring_statement

__all__ = ["offered"]

HISTORIES: Final = int(os.environ.get("TENDER_HISTORIES", "4"))
SEED: Final = int(os.environ.get("TENDER_SEED", "1"))
STEPS: Final = 16
TENDERS: Final = ["card", "momo", "bank_transfer", "cash_on_delivery"]
FAULTS: Final = ["409", "429", "500_no_retry", "500_done", "cut", "cut_before"]
BOOKS: Final = pytest.mark.django_db(
    transaction=True, available_apps=["grocery.kernel", "grocery.payments", "grocery.ledger", "grocery.catalog"]
)
#: After how many statements somebody dies; 0: nobody does.
deaths = st.sampled_from([0, 0, 0, 1, 2, 3, 5, 8, 12, 17, 25, 40])
amounts = st.sampled_from([20_000, 38_500, 100_000, 104_001])
decisions = st.sampled_from(["pays", "pays", "is refused", "waits"])
off = st.sampled_from([0, 0, -20_000, 20_000])
type Draw = Callable[[st.SearchStrategy[Any]], Any]


class Tender(Ordered, RuleBasedStateMachine):
    """One order and all that anybody has of it: the shop and the sandbox are empty when it is placed."""

    file: Path

    @initialize(
        tender=st.sampled_from(TENDERS),
        goods=st.lists(amounts, min_size=2, max_size=2),
        credit=st.sampled_from([0, 0, 0, 30_000, 500_000]),
        begun=st.sampled_from(["placed", "paid", "packed", "packed"]),
        another_week=st.booleans(),
    )
    def place(self, tender: str, goods: list[int], credit: int, begun: str, another_week: bool) -> None:
        begin_anew()
        sandbox, self.till.ahead = self.till.sandbox, timedelta()
        sandbox.forget()
        sandbox.momo.knobs(hold=True)
        sandbox.bank.knobs(hold=True)
        self.late: list[Any] = []
        self.waited = 0
        self.opens(tender, sum(goods), credit=credit, far=another_week and tender == "card")
        if begun != "placed":
            self.pay_in_peace()
        if begun == "packed":
            self.sealed(7_001, 0)

    def pay_in_peace(self) -> None:
        """Before anything goes wrong, so that more of the histories get further."""
        if not self.is_cash:
            self.looked_at(0, "pays")
        for notice in self.notices(due=False):
            self.receive(notice)
        self.till.deliver()

    # --- what happens ---------------------------------------------------------------------------------------------
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        match data.draw(st.sampled_from(self.what_may_happen())):
            case "hear":
                self.hear_in_any_order_some_of_it_later(data.draw)
            case "fail":
                assert self.counter
                self.fail(data.draw(st.sampled_from([*self.counter.calls])), data.draw(st.sampled_from(FAULTS)))
            case "tell":
                self.tell_badly(data.draw)
            case "relay":
                self.relay(data.draw(deaths))
            case "clock":
                self.clock(data.draw(st.sampled_from([1, 3, 20])), data.draw(deaths))
            case "calm":
                self.nobody_doubts_for_long()
            case what:
                self.somebody_acts(what, data.draw)

    def what_may_happen(self) -> list[str]:
        """As often as it is named here."""
        found = ["relay"] * 3 + ["clock"] * 2
        if self.counter:
            found += ["fail"] * 4 + ["tell", "hear", "hear", "calm"]
        if self.is_transfer:
            found += ["tell", "hear", "hear", "send"]
        if not self.packed:
            found += [] if self.is_cash else ["pay"] * 3
            found += ["raise"] * 3 + ["lower", "pack", "pack", "pack", "call off"]
        if isinstance(self.counter, Stripe):
            found += ["dispute", "comes back"] if self.packed else ["a week"]
        if not self.packed:
            return found
        if not self.is_cash or self.collected is not None:
            return [*found, "give back", "give back"]
        return [*found, "refuse", "hand over"]

    def somebody_acts(self, what: str, draw: Draw) -> None:
        dies = draw(deaths)
        match what:
            case "pay":
                self.looked_at(dies, draw(decisions), draw(off))
            case "send":
                self.sent(draw(st.integers(0, 3)), draw(off))
            case "raise":
                self.raised(draw(amounts), draw(st.sampled_from([None, 15])))
            case "lower":
                self.lowered(draw(amounts))
            case "pack":
                self.sealed(draw(st.sampled_from([0, 1, 7_001])), dies)
            case "call off":
                self.called_off(dies)
            case "a week":
                self.most_of_a_week_goes_by(dies)
            case "give back":
                self.given_back(draw(amounts), dies, to_credit=draw(st.booleans()))
            case "refuse":
                self.refused_at_the_door(draw(st.sampled_from([1, 20_000])), dies)
            case "hand over":
                self.handed_over(dies)
            case "dispute":
                self.a_bank_disputes_or_decides(draw(st.sampled_from(["under_review", "won", "lost"])))
            case _:
                self.a_refund_comes_back(draw(st.integers(0, 3)))

    # --- whoever works, and what is outside -----------------------------------------------------------------------
    def fail(self, operation: str, kind: str) -> None:
        assert self.counter
        self.till.sandbox.fault(self.counter.calls[operation], kind, provider=self.counter.provider)

    def tell_badly(self, draw: Draw) -> None:
        """The next notice."""
        kind = draw(st.sampled_from(["duplicate", "reordered", "late", "never", "wrong_amount", "bad_signature"]))
        if self.counter:
            telling = draw(st.sampled_from([*self.counter.tellings.values()]))
            self.till.sandbox.fault(telling, kind, provider=self.counter.provider)
        else:
            self.till.sandbox.bank.fault("transfer", kind)

    def hear_in_any_order_some_of_it_later(self, draw: Draw) -> None:
        waiting = [*self.late, *self.notices(due=False)]
        order, now = draw(st.permutations(range(len(waiting)))), draw(st.integers(0, len(waiting)))
        dies = draw(deaths)
        self.late = [waiting[place] for place in order[now:]]
        for place in order[:now]:
            heard = False
            with mortal(dies):
                self.receive(waiting[place])
                heard = True
            if not heard:
                self.late.append(waiting[place])  # it was not answered, and comes again

    def notices(self, *, due: bool) -> list[Any]:
        if self.is_transfer:
            return self.till.sandbox.bank.take_notices(due=due)
        return self.counter.notices(self.till.sandbox) if self.counter else []

    def receive(self, notice: Any) -> None:
        headers = {name.lower(): text for name, text in notice["headers"].items()}
        provider = self.counter.provider if self.counter else "bank"
        with suppress(payments.BadWebhook):
            body = notice["body"].encode()
            payments.take_webhook(provider=provider, body=body, headers=headers, now=datetime.now(UTC))

    def relay(self, dies: int) -> None:
        """Whoever comes after one that died has what that had."""
        InboxEntry.objects.owed().update(due_at=Now(), attempts=0)
        with mortal(dies):
            self.till.deliver()

    def clock(self, minutes: float, dies: int) -> None:
        self.till.later(minutes=minutes)
        self.till.sandbox.advance(60 * minutes)
        with mortal(dies):
            payments.reconcile(now=self.till.now)

    def most_of_a_week_goes_by(self, dies: int) -> None:
        """A hold that ends before the goods are handed over is made anew."""
        self.clock(SOON / timedelta(minutes=1), 0)
        self.holds_that_end_are_renewed(dies)

    def nobody_doubts_for_long(self) -> None:
        """Nothing goes wrong for three minutes: what became of each call is known then."""
        self.till.sandbox.clear_faults()
        for _ in range(3):
            self.quiet_minutes(1)
        assert self.doubts() == []

    def doubts(self) -> list[str]:
        return [str(call) for call in ProviderCall.objects.in_doubt()]

    def a_bank_disputes_or_decides(self, what: str) -> None:
        """Of one payment at a time, of which nothing has gone back."""
        sandbox = self.till.sandbox
        open_ = [one for one in there.disputes_at_stripe(sandbox) if one.status not in {"won", "lost"}]
        if open_:
            sandbox.play(open_[0].name, f"dispute_{what}")
        elif not RefundPart.objects.exists() and not sandbox.objects("dispute"):
            for one in [one for one in self.there().held if one.taken][:1]:
                sandbox.play(one.name, "dispute")

    def a_refund_comes_back(self, which: int) -> None:
        """Days after it was made."""
        if given := self.there().given:
            self.till.sandbox.play(given[which % len(given)].name, "fail_refund")

    # --- what holds at any moment ---------------------------------------------------------------------------------
    def there(self) -> There:
        """By the sandbox's own books, whether or not we know of it."""
        if self.is_transfer:
            return there.at_the_bank(self.till.sandbox)
        look = {Stripe: there.at_stripe, Momo: there.at_momo}
        return look[type(self.counter)](self.till.sandbox) if self.counter else There()

    @invariant()
    def nothing_is_taken_or_given_back_but_what_it_comes_to_and_that_once(self) -> None:
        if not hasattr(self, "order"):
            return
        bill, theirs = self.bill, self.there()
        assert all(payment.captured <= payment.amount for payment in bill.payments)
        if self.counter:
            ours = self.by_provider()
            assert sum(payment.captured for payment in ours) <= theirs.taken
            assert all(one.taken <= one.amount for one in theirs.held), "no more than is held"
            assert len({one.ours for one in theirs.live}) == len(theirs.live), "each payment is held once"
            assert len({one.ours for one in theirs.given}) == len(theirs.given), "each refund is made once"
            assert self.packed or not theirs.taken, "nothing before it is packed"
            self.what_is_taken_is_wanted(theirs)
        if self.is_transfer:
            for_it = IncomingTransfer.objects.filter(standing="paid")
            captured = sum(p.captured for p in bill.payments if p.method == Method.BANK_TRANSFER)
            assert captured == for_it.total().minor, "each transfer is worth what was sent"

    def what_is_taken_is_wanted(self, theirs: There) -> None:
        """No more than it came to, but where all or nothing is taken; and no more goes back than came back or was
        not wanted."""
        by_credit = self.bill.view().credit.minor
        wanted = max(self.came_to() - by_credit, 0)
        if not isinstance(self.counter, Momo):
            assert theirs.taken <= wanted
        assert theirs.back <= self.came_back() + max(theirs.taken - wanted, 0)

    def by_provider(self) -> list[Any]:
        """Our payments that the provider has."""
        return [p for p in self.bill.payments if self.counter and p.provider == self.counter.provider]

    @invariant()
    def the_books_balance(self) -> None:
        if hasattr(self, "order"):
            assert self.on_account() == 0

    # --- and when everything has calmed down ----------------------------------------------------------------------
    def teardown(self) -> None:
        if not hasattr(self, "order"):
            return
        self.till.sandbox.clear_faults()
        if not self.packed:
            self.called_off(0)
        elif self.is_cash:
            self.handed_over(0)
        self.calm(1, 1, 2, 4)
        self.nothing_is_open()
        aside = IncomingTransfer.objects.filter(standing__in=["open", "waits"])
        assert -self.on_account("unassigned") == aside.total().minor, "what is nobody's yet is owed"
        self.banks_decide()
        self.people_see_to_the_queues()
        self.calm(1, 2)
        self.the_provider_agrees()
        self.its_money_adds_up()
        self.the_books_agree()

    def calm(self, *minutes: int) -> None:
        """Minutes in which nothing goes wrong any more, and the day's statement."""
        for some in minutes:
            self.quiet_minutes(some)
            self.nothing_is_taken_or_given_back_but_what_it_comes_to_and_that_once()
        assert self.bill.state() is not PaymentState.UNKNOWN, "within those minutes every doubt was decided"
        assert self.doubts() == []
        if self.is_transfer:
            for day in sorted({one["booked_at"][:10] for one in self.till.sandbox.bank.transfers()}):
                bring_statement(self.till, self.file, f"&day={day}")

    def quiet_minutes(self, minutes: int) -> None:
        self.till.later(minutes=minutes)
        self.till.sandbox.advance(60 * minutes)
        for notice in [*self.late, *self.notices(due=True)]:
            self.receive(notice)
        self.late = []
        self.relay(0)
        payments.reconcile(now=self.till.now)
        self.till.deliver()

    def nothing_is_open(self) -> None:
        """What nobody can call off, a wallet's link that its customer has, is over once that has run out."""
        calls = ProviderCall.objects.open()
        for _ in range(12 if isinstance(self.counter, Momo) and calls.exists() else 0):
            self.quiet_minutes(20)
        assert [str(call) for call in calls.all()] == []

    def banks_decide(self) -> None:
        for one in there.disputes_at_stripe(self.till.sandbox) if isinstance(self.counter, Stripe) else ():
            if one.status not in {"won", "lost"}:
                self.till.sandbox.play(one.name, "dispute_won")
        self.quiet_minutes(1)

    def people_see_to_the_queues(self) -> None:
        """As the queues name it; nothing else is left to do."""
        for transfer in IncomingTransfer.objects.open().filter(payment__order_id=self.order):
            about: dict[str, Any] = {"transfer_id": transfer.id, "by": STAFF, "note": "seen", "now": self.till.now}
            if transfer.was_paid_otherwise():
                payments.settle_other_amount(**about)
            elif transfer.oddity == Oddity.OTHERWISE:
                payments.believe_other_amount(**about)
            if IncomingTransfer.objects.open().filter(id=transfer.id).exists():
                with suppress(payments.TransferIs):
                    payments.assign_transfer(order_number=self.number, **about)
        for transfer in IncomingTransfer.objects.exclude(standing="paid"):
            payments.record_sent_back(transfer_id=transfer.id, by=STAFF, note="seen", now=self.till.now)
        for shortfall in Shortfall.objects.of_order(self.order).open():
            payments.write_off(shortfall_id=shortfall.id, by=STAFF, note="seen", now=self.till.now)
        for part in RefundPart.objects.owed():
            with suppress(payments.PaymentDisputed):  # what a bank has given back is not given twice
                payments.record_handed_back(part_id=part.id, by=STAFF, note="seen", now=self.till.now)

    def on_account(self, *names: str) -> int:
        """Of these accounts; of all of them without a name."""
        found = Posting.objects.filter(account__in=names) if names else Posting.objects.all()
        return found.aggregate(all=Sum("amount"))["all"] or 0

    # --- everybody agrees -----------------------------------------------------------------------------------------
    def by_hand(self) -> int:
        return sum(part.amount for part in RefundPart.objects.all() if part.handed_back_by)

    def by_way_of_credit(self) -> int:
        """What other tenders have taken and their customer has as store credit."""
        parts = RefundPart.objects.filter(to_credit=True).select_related("payment")
        return sum(part.amount for part in parts if not part.payment.is_credit())

    def the_provider_agrees(self) -> None:
        theirs = self.there()
        if self.counter:
            ours = self.by_provider()
            captured, refunded = sum(p.captured for p in ours), sum(p.refunded for p in ours)
            assert (theirs.taken, theirs.back) == (captured, refunded - self.by_hand() - self.by_way_of_credit())
            assert len(theirs.live) == sum(bool(p.captured) for p in ours), "held by nobody in vain, taken once"
            means = {str(call): str(part) for call, part in ProviderCall.objects.values_list("id", "part_id")}
            asked = there.asked_of_stripe if isinstance(self.counter, Stripe) else there.asked_of_momo
            assert there.under_another_key(asked(self.till.sandbox, means)) == []
        elif self.is_transfer:
            away = IncomingTransfer.objects.filter(standing="sent_back").total().minor
            captured = sum(p.captured for p in self.bill.payments if p.method == Method.BANK_TRANSFER)
            assert theirs.taken == captured + away, "each transfer once"

    def its_money_adds_up(self) -> None:
        view, shortfalls = self.bill.view(), Shortfall.objects.of_order(self.order)
        kept = view.captured.minor - view.refunded.minor
        lost = sum(one.amount - one.waived for one in shortfalls if one.outcome == "written_off")
        owed = sum(part.amount for part in RefundPart.objects.owed())
        assert not owed or Dispute.objects.of_order(self.order).lost(), "nothing is owed but beside a lost dispute"
        assert kept + lost == self.charged() + owed, "charged, less what came off, is taken, less what went back"
        book = OrderBook.objects.filter(order_id=self.order).first()
        assert (book.balance if book else 0) == -owed, "the receivable is closed, or names what is owed"
        told = sum(one.net + one.vat for one in Invoice.objects.of_order(self.order))
        assert told == (book.charged + book.reduced if book else 0) == self.charged(), "invoiced for what it owes"

    def the_books_agree(self) -> None:
        """Account by account with whoever has the money."""
        theirs, bill = self.there(), self.bill
        disputes = there.disputes_at_stripe(self.till.sandbox) if isinstance(self.counter, Stripe) else []
        away = sum(one.withdrawn - one.reinstated + one.fee for one in disputes)
        spent = sum(one.captured - one.refunded for one in bill.credits)
        has = self.granted - spent + self.by_way_of_credit()
        assert payments.credit_of(customer_id=self.payer).minor == -self.on_account("store_credit") == has
        assert self.on_account("clearing") == (theirs.taken - theirs.back - away if self.counter else 0)
        ours = sum(p.captured for p in bill.payments if not p.provider)
        assert self.on_account("bank", "till", "drivers") == ours - self.by_hand(), "what we have, we have"
        assert self.on_account("disputed", "unassigned") == 0, "nothing is put aside any more"
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


@pytest.fixture
def tender(till_with_books: Till, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> type[Tender]:
    """Providers that are left alone have tests of their own, since only time brings them back."""
    settings.STRIPE_TIMEOUTS = settings.MOMO_TIMEOUTS = (2.0, 0.3)
    settings.PAYMENT_METHODS, settings.PAYMENT_BREAKER_FAILURES = (*TENDERS,), 0
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.001)
    monkeypatch.setattr(Tender, "till", till_with_books, raising=False)
    monkeypatch.setattr(Tender, "file", tmp_path / "bank.csv", raising=False)
    return Tender


@BOOKS
@pytest.mark.timeout(120 + 20 * HISTORIES)
def test_whatever_happens_to_an_order_by_any_tender_its_money_adds_up(tender: type[Tender]):
    run_state_machine_as_test(
        seed(SEED)(tender),
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
