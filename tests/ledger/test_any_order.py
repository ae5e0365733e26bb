"""Whatever is told, in whatever order, however often: nothing is left over."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import batched
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grocery.kernel.events import Event
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong, total
from grocery.kernel.outbox.subscribers import registry
from grocery.kernel.quantity import Quantity
from grocery.ledger import public as ledger
from grocery.ledger.contracts import EntryKind
from grocery.ledger.models import Entry, Invoice, OrderBook
from grocery.ordering.contracts import Adjustment, OfferKind
from grocery.ordering.contracts.charges import ChargedLine
from grocery.ordering.events import ChargeReduced, OrderCharged
from grocery.ordering.policies import charges
from grocery.ordering.policies.charges import Back, Share
from grocery.payments.events import (
    CreditGranted,
    CreditTakenBack,
    MoneyReturned,
    MoneyReturnUndone,
    MoneyTaken,
    ShortfallWrittenOff,
    WriteOffReduced,
)
from tests.ledger.books import balances

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
STORE = new_id()
#: Methods and who takes the money.
PLACES = [("card", "stripe"), ("momo", "momo"), ("bank_transfer", ""), ("cash", ""), ("store_credit", "credit")]
RATES = st.sampled_from([Decimal(0), Decimal(5), Decimal(8), Decimal(10)])


@st.composite
def shares(draw: Any, least: int) -> Share:
    """A line or a fee, perhaps with something off."""
    off, offer = dong(draw(st.sampled_from([0, 0, 1, 7_001]))), new_id()
    effect = Adjustment(offer, OfferKind.SKU, "off", "giảm", Quantity(Decimal(1)), -off)
    return Share(draw(RATES), dong(draw(st.integers(least, 400_000))), off, (effect,) if off else ())


@st.composite
def order(draw: Any) -> list[Event]:
    """All facts of one order that has come to its end: charged, given back in parts, paid, paid back or lost."""
    lines, fee = draw(st.lists(shares(1), min_size=1, max_size=4)), draw(shares(0))
    parts, offers = charges.charged(lines, fee)
    whole = total(part.total for part in parts)
    assert whole == total(line.amount for line in lines) + fee.amount
    names: dict[str, Any] = {"order_id": new_id(), "number": "A-1", "customer_id": new_id()}
    names |= {"store_id": STORE, "at": NOW}
    sold = [sold_of(draw, line.rate, line.amount + line.discount) for line in lines]
    facts: list[Event] = [OrderCharged(**names, total=whole, parts=parts, offers=offers, lines=tuple(sold))]
    reductions = draw(taken_off(lines, fee, names))
    return [*facts, *reductions, *draw(money(names["order_id"], whole.minor, sum(r.total.minor for r in reductions)))]


def sold_of(draw: Any, rate: Decimal, amount: Any) -> ChargedLine:
    """So much of something, by the piece or by weight."""
    quantity = Decimal(draw(st.integers(1, 40_000))).scaleb(-draw(st.sampled_from([0, 3])))
    return ChargedLine("sku", "Goods", "Hàng", "kg", quantity, rate, amount)


@st.composite
def taken_off(draw: Any, lines: list[Share], fee: Share, names: dict[str, Any]) -> list[ChargeReduced]:
    """What comes back, in up to three parts, each more than the one before."""
    before, facts = Back({}, dong(0)), []
    everything = Back.everything(lines, fee)
    for _ in range(draw(st.integers(0, 3))):
        goods = {
            rate: dong(draw(st.integers(before.goods.get(rate, dong(0)).minor, amount.minor)))
            for rate, amount in everything.goods.items()
        }
        after = Back(goods, dong(draw(st.integers(before.fee.minor, everything.fee.minor))))
        if parts := charges.taken_back(lines, fee, before=before, after=after):
            whole = total(part.total for part in parts)
            back = tuple(sold_of(draw, line.rate, dong(draw(st.integers(0, 9)))) for line in lines)
            told = ChargeReduced(**names, return_id=new_id(), kind="after", total=whole, parts=parts, lines=back)
            facts.append(told)
        before = after
    return facts


@st.composite
def money(draw: Any, order_id: UUID, charged: int, reduced: int) -> list[Event]:
    """Taken, more than is owed perhaps or in two parts, and what is too much goes back; or lost in part."""
    names: dict[str, Any] = {"order_id": order_id, "order_number": "A-1", "store_id": STORE, "at": NOW}
    place = draw(st.sampled_from(PLACES))
    names |= {"method": place[0], "provider": place[1], "reference": ""}
    lost = draw(st.sampled_from([0, 0, min(charged, 1_000)]))
    ahead, first = draw(st.sampled_from([0, 0, 50_000])), draw(st.integers(1, charged))
    takes = [part for part in (first, charged + ahead - lost - first) if part > 0]
    driver = draw(st.sampled_from([None, new_id()]))
    of_refund = {"refund_id": new_id(), "part_id": new_id()}
    back_to = draw(st.sampled_from([names, names | {"provider": "credit"}]))
    facts: list[Event] = [
        MoneyTaken(**names, payment_id=new_id(), amount=dong(part), with_driver=driver) for part in takes
    ]
    names["payment_id"] = back_to["payment_id"] = new_id()
    rest = charged - reduced - sum(takes)
    if lost and rest > 0:
        facts.append(ShortfallWrittenOff(**names, shortfall_id=new_id(), amount=dong(charged)))
        facts.append(WriteOffReduced(**names, shortfall_id=new_id(), amount=dong(charged - rest)))
    if rest < 0:
        back: dict[str, Any] = {**back_to, **of_refund, "amount": dong(-rest)}
        tries = draw(st.integers(0, 2))
        facts += [MoneyReturned(**back, by_hand=False) for _ in range(tries)]
        facts += [MoneyReturnUndone(**back) for _ in range(tries)]
        facts.append(MoneyReturned(**back, by_hand=draw(st.booleans())))
    elif rest > 0 and not lost:
        facts.append(MoneyTaken(**{**names, "payment_id": new_id()}, amount=dong(rest)))
    return [fact for fact in facts if getattr(fact, "amount", dong(1))]


def told(facts: list[Event], size: int) -> None:
    """To the books, as the relay may: of each kind in batches, kinds in any order."""
    for batch in batched(facts, size):
        for name in {fact.name for fact in batch}:
            for subscriber in (s for s in registry.by_event[name] if s.name.startswith("ledger.")):
                subscriber.handler(tuple(fact for fact in batch if fact.name == name))


def by_books(order_id: UUID) -> dict[Decimal, tuple[int, int]]:
    """What was earned of an order and the VAT to be paid of it, by rate, by its postings."""
    sums: dict[Decimal, list[int]] = defaultdict(lambda: [0, 0])
    for entry in Entry.objects.of_order(order_id):
        for line in entry.postings.all() if entry.kind in {EntryKind.CHARGED, EntryKind.REDUCED} else ():
            if line.rate is not None:
                sums[line.rate][line.account == "vat"] -= line.amount
    return {rate: (net, vat) for rate, (net, vat) in sums.items() if net or vat}


def by_invoices(order_id: UUID) -> dict[Decimal, tuple[int, int]]:
    """The same by its invoices, whose lines add up to what they say, rate by rate."""
    sums: dict[Decimal, list[int]] = defaultdict(lambda: [0, 0])
    for invoice in Invoice.objects.of_order(order_id):
        for part in invoice.by_rate():
            assert part.net == sum(line.amount for line in invoice.items() if line.rate == part.rate)
            sums[part.rate][0] += part.net
            sums[part.rate][1] += part.vat
        assert invoice.net == sum(part.net for part in invoice.by_rate())
        assert invoice.vat == sum(part.vat for part in invoice.by_rate())
    return {rate: (net, vat) for rate, (net, vat) in sums.items() if net or vat}


def closings() -> dict[str, int]:
    """What each account comes to by its kept sums and what is not folded; without those that come to nothing."""
    sums: dict[str, int] = defaultdict(int)
    for line in ledger.trial_balance(first=NOW.date(), last=NOW.date(), store_id=None).lines:
        sums[line.account] += line.closing.minor
    return {account: amount for account, amount in sums.items() if amount}


@st.composite
def given_away(draw: Any) -> list[Event]:
    """Store credit that was granted and, by mistake, in part."""
    names: dict[str, Any] = {"customer_id": new_id(), "reason": "late", "by": new_id(), "at": NOW}
    amount = draw(st.integers(1, 90_000))
    granted = CreditGranted(**names, entry_id=new_id(), amount=dong(amount))
    kept = draw(st.integers(0, amount))
    taken_back = CreditTakenBack(**names, entry_id=new_id(), amount=dong(amount - kept))
    return [granted, taken_back] if amount > kept else [granted]


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(order(), min_size=1, max_size=3), st.lists(given_away(), max_size=2), st.integers(1, 5), st.data())
def test_every_order_closes_is_invoiced_for_what_it_owes_and_the_balance_is_nothing(
    orders: list[list[Event]], credit: list[list[Event]], size: int, data: st.DataObject
):
    facts = [fact for one in [*orders, *credit] for fact in one]
    again = data.draw(st.lists(st.sampled_from(facts), max_size=5))
    with transaction.atomic():
        in_any_order = data.draw(st.permutations([*facts, *again]))
        folded = data.draw(st.integers(0, len(in_any_order)))
        told(in_any_order[:folded], size)
        ledger.fold(now=NOW)
        told(in_any_order[folded:], size)
        assert Entry.objects.count() == len(facts), "each counts once"
        assert list(OrderBook.objects.values_list("balance", flat=True)) == [0] * len(orders)
        closing = {name: amount for name, amount in balances().items() if amount}
        assert closings() == closing, "partly folded, partly not"
        found = ledger.check(now=NOW + timedelta(days=30))
        assert closings() == closing, "folded"
        balance = ledger.trial_balance(first=NOW.date(), last=NOW.date(), store_id=STORE)
        assert (found.is_sound, balance.is_balanced, sum(balances().values())) == (True, True, 0)
        for order_id in OrderBook.objects.values_list("order_id", flat=True):
            assert by_invoices(order_id) == by_books(order_id), "to the đồng, rate by rate"
        numbers = sorted(Invoice.objects.values_list("number", flat=True))
        assert numbers == list(range(1, 1 + sum(fact.name.startswith("ordering.") for fact in facts)))
        transaction.set_rollback(True)
