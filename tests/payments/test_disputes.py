"""A customer's bank wants money back: written down in whatever order it is told, and never given back beside that."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.gateways.stripe_objects import observe_dispute
from grocery.payments.models import Bill, Dispute, Payment, ProviderNotice, RefundPart
from grocery.payments.policies.disputes import DisputeSeen, DisputeState
from grocery.payments.services.disputes import record_dispute
from grocery.payments.services.excess import return_excess
from tests.payments.conftest import BASKET, COMMITTED, Till
from tests.sandbox.stripe.intents import DISPUTE_FEE, SLOW_SECONDS

DATA = Path(__file__).parents[3] / "shared/data/stripe_webhooks"
STATES = ("inquiry", "needs_response", "under_review", "won", "lost")


def disputed(till: Till, what: str = "dispute") -> Any:
    """An order that was charged, and the dispute about it; its notices wait."""
    order_id = till.captured(BASKET)
    return order_id, till.sandbox.play(till.reference(order_id), what)["id"]


def told(order_id: Any) -> dict[str, int]:
    """How much the books hear of it, by fact."""
    facts = OutboxEvent.objects.filter(stream=f"payment:{order_id}", name__contains="Dispute")
    sums: dict[str, int] = {}
    for fact in facts:
        name = fact.name.removeprefix("payments.")
        sums[name] = sums.get(name, 0) + fact.payload["amount"]["minor"]
    return sums


@COMMITTED
def test_a_dispute_waits_for_evidence_until_a_day_and_is_told_to_the_books_once(till: Till):
    order_id, reference = disputed(till)
    notices = till.sandbox.take_webhooks()
    for notice in [*notices, *notices]:
        till.receive(notice)
    till.deliver()
    (dispute,) = payments.disputes(order_id=order_id)
    assert (dispute.reference, dispute.state, dispute.amount) == (reference, "needs_response", BASKET)
    assert dispute.answer_by is not None
    assert Dispute.objects.to_answer().count() == 1
    assert told(order_id) == {"DisputeWithdrawn": BASKET.minor, "DisputeFeeTaken": DISPUTE_FEE}


@COMMITTED
@pytest.mark.parametrize("end", ["won", "lost"])
def test_the_end_is_the_same_in_whatever_order_it_is_told(till: Till, end: str):
    order_id, reference = disputed(till)
    till.sandbox.play(reference, "dispute_under_review")
    till.sandbox.play(reference, f"dispute_{end}")
    notices = [n for n in till.sandbox.take_webhooks() if "charge.dispute" in n["body"]]
    for notice in [*reversed(notices), *notices]:
        till.receive(notice)
        till.deliver()
    assert [one.state for one in payments.disputes(order_id=order_id)] == [end]
    ending = {"won": {"DisputeReinstated": BASKET.minor}, "lost": {"DisputeLost": BASKET.minor}}[end]
    assert told(order_id) == {"DisputeWithdrawn": BASKET.minor, "DisputeFeeTaken": DISPUTE_FEE} | ending


@COMMITTED
def test_what_was_lost_and_is_won_over_is_told(till: Till):
    order_id, reference = disputed(till)
    for step in ("lost", "won"):
        till.sandbox.play(reference, f"dispute_{step}")
        till.webhooks()
    assert told(order_id) == {
        "DisputeWithdrawn": BASKET.minor,
        "DisputeFeeTaken": DISPUTE_FEE,
        "DisputeLost": BASKET.minor,
        "DisputeLossUndone": BASKET.minor,
        "DisputeReinstated": BASKET.minor,
    }


@COMMITTED
def test_nothing_is_given_back_beside_a_dispute_nor_what_the_bank_has(till: Till):
    order_id, reference = disputed(till)
    till.webhooks()
    with pytest.raises(payments.PaymentDisputed) as refused:
        till.refund(order_id, dong(25_000))
    assert "G-20418" in refused.value.text("vi")
    till.sandbox.play(reference, "dispute_lost")
    till.webhooks()
    with pytest.raises(payments.PaymentDisputed):
        till.refund(order_id, dong(25_000))
    assert payments.payment(order_id=order_id).refunding == dong(0)


@COMMITTED
def test_a_refund_that_was_asked_for_before_is_owed_and_stays_so_while_the_bank_decides(till: Till):
    order_id, _ = disputed(till)
    till.refund(order_id, dong(25_000))
    till.webhooks()
    (part,) = till.payment(order_id).refund_parts.all()
    assert part.state == "owed"
    with pytest.raises(payments.PaymentDisputed):
        payments.retry_refund(part_id=part.id, now=till.now)
    with pytest.raises(payments.PaymentDisputed):
        payments.record_handed_back(part_id=part.id, by=part.id, note="cash", now=till.now)


def not_kept(till: Till, order_id: Any, amount: int) -> None:
    """So much of what was taken is not to be kept, and goes back by itself."""
    with transaction.atomic():
        payment = Bill.locked(order_id).base
        Payment.objects.filter(id=payment.id).update(to_capture=payment.captured - amount)
        return_excess(Bill.locked(order_id).base, now=till.now)


def given_back(order_id: Any) -> list[tuple[str, str, bool]]:
    parts = RefundPart.objects.filter(refund__order_id=order_id)
    return [(part.state, part.failure_code, part.by_bank) for part in parts]


def refunds_arrive(till: Till) -> None:
    """What we hear makes us ask for them, and seconds later they are there."""
    till.webhooks()
    till.sandbox.advance(SLOW_SECONDS)
    till.webhooks()


def booked(order_id: Any) -> list[tuple[str, bool]]:
    """What the books hear of money that went back: how, and whether by the bank."""
    facts = OutboxEvent.objects.filter(stream=f"payment:{order_id}", name__startswith="payments.MoneyReturn")
    return [(fact.name.removeprefix("payments."), fact.payload["by_bank"]) for fact in facts.order_by("id")]


@COMMITTED
def test_what_goes_back_by_itself_is_held_while_the_bank_decides_and_goes_on_when_it_is_won(till: Till):
    order_id, reference = disputed(till)
    till.webhooks()
    not_kept(till, order_id, 25_000)
    till.deliver()
    assert given_back(order_id) == [("owed", "disputed", False)]
    assert RefundPart.objects.owed().count() == 1, "in the queue"
    assert till.sandbox.requests("refund") == [], "and nobody was asked"
    till.sandbox.play(reference, "dispute_won")
    refunds_arrive(till)
    assert (given_back(order_id), booked(order_id)) == ([("succeeded", "", False)], [("MoneyReturned", False)])


@COMMITTED
def test_what_the_bank_has_given_them_falls_away_and_is_owed_again_if_it_decides_otherwise(till: Till):
    order_id, reference = disputed(till)
    not_kept(till, order_id, 25_000)  # the bank was faster than the refund, which Stripe refuses
    till.webhooks()
    till.deliver()
    till.sandbox.play(reference, "dispute_lost")
    till.webhooks()
    assert (given_back(order_id), booked(order_id)) == ([("succeeded", "", True)], [("MoneyReturned", True)])
    till.sandbox.play(reference, "dispute_won")
    refunds_arrive(till)
    assert given_back(order_id) == [("succeeded", "", False)]
    assert booked(order_id)[1:] == [("MoneyReturnUndone", True), ("MoneyReturned", False)]


def owed_for_another_reason(till: Till, order_id: Any, amount: int, key: str = "missing-eggs") -> RefundPart:
    """A refund that came back to us before anybody disputed anything: its card is no more."""
    till.refund(order_id, dong(amount), key)
    till.deliver()
    till.sandbox.play(till.sandbox.objects("refund")[-1]["id"], "fail_refund")
    till.webhooks()
    part = RefundPart.objects.get(refund__order_id=order_id, refund__key=key)
    assert part.state == "owed"
    return part


def lost_in_part(till: Till, order_id: Any, amount: int, state: DisputeState = DisputeState.LOST) -> None:
    """The bank has decided about so much of what was taken."""
    payment = till.payment(order_id)
    seen = DisputeSeen(
        reference="du_part",
        payment=payment.reference,
        state=state,
        reason="",
        amount=amount,
        currency="vnd",
        opened_at=till.now,
    )
    record_dispute(payment_id=payment.id, seen=seen, now=till.now)


@COMMITTED
def test_what_was_owed_before_a_dispute_was_lost_is_owed_no_more(till: Till):
    order_id = till.captured(BASKET)
    owed_for_another_reason(till, order_id, 25_000)
    reference = till.sandbox.play(till.reference(order_id), "dispute")["id"]
    till.webhooks()
    assert given_back(order_id) == [("owed", "expired_or_canceled_card", False)]
    till.sandbox.play(reference, "dispute_lost")
    till.webhooks()
    assert given_back(order_id) == [("succeeded", "", True)]
    assert not RefundPart.objects.owed().exists()


@COMMITTED
def test_what_arises_after_a_dispute_was_lost_falls_away_at_once(till: Till):
    order_id, reference = disputed(till)
    till.sandbox.play(reference, "dispute_lost")
    till.webhooks()
    not_kept(till, order_id, 25_000)
    assert (given_back(order_id), booked(order_id)) == ([("succeeded", "", True)], [("MoneyReturned", True)])
    assert till.sandbox.requests("refund") == []


@COMMITTED
def test_of_what_is_owed_only_what_the_bank_has_given_falls_away_and_a_person_sees_to_the_rest(till: Till):
    order_id = till.captured(BASKET)
    part = owed_for_another_reason(till, order_id, 300_000)
    lost_in_part(till, order_id, 60_000)  # 345.000 were taken: 15.000 would go back twice
    amounts = {p.amount: (p.state, p.by_bank) for p in RefundPart.objects.filter(refund__order_id=order_id)}
    assert amounts == {285_000: ("owed", False), 15_000: ("succeeded", True)}
    payments.record_handed_back(part_id=part.id, by=part.id, note="VCB 1", now=till.now)
    money = till.payment(order_id)
    assert (money.refunded, money.refunding) == (300_000, 0)


@COMMITTED
def test_a_dispute_about_another_part_of_the_payment_leaves_what_is_owed_alone(till: Till):
    order_id = till.captured(BASKET)
    part = owed_for_another_reason(till, order_id, 300_000)
    lost_in_part(till, order_id, 45_000)
    assert given_back(order_id) == [("owed", "expired_or_canceled_card", False)]
    payments.retry_refund(part_id=part.id, now=till.now)
    refunds_arrive(till)
    assert given_back(order_id) == [("succeeded", "", False)]


@COMMITTED
def test_who_wins_may_give_back_again_and_an_inquiry_never_forbade_it(till: Till):
    won, reference = disputed(till)
    till.sandbox.play(reference, "dispute_won")
    asked, _ = disputed(till, "inquiry")
    till.webhooks()
    assert [d.state for d in payments.disputes(order_id=asked)] == ["inquiry"]
    assert told(asked) == {}
    for order_id in (won, asked):
        assert till.refund(order_id, dong(25_000)).amount == dong(25_000)


@COMMITTED
def test_what_people_wrote_as_evidence_is_not_kept(till: Till):
    disputed(till)
    till.webhooks()
    kept = ProviderNotice.objects.filter(kind__startswith="charge.dispute.")
    assert kept.exists()
    assert not any("Lan" in json.dumps(notice.body) for notice in kept)


def test_the_rules_lead_to_one_end_in_any_order():
    from grocery.payments.policies.disputes import follows

    for order in permutations([DisputeState(state) for state in STATES if state != "lost"]):
        state = order[0]
        for seen in order[1:]:
            state = seen if follows(state, seen) else state
        assert state is DisputeState.WON


@pytest.mark.skipif(not DATA.exists(), reason="the recorded bodies are not here")
@pytest.mark.parametrize(
    ("name", "state", "amount", "withdrawn", "fee"),
    [
        ("created", "inquiry", 100, 0, 0),
        ("updated", "under_review", 1000, 0, 0),
        ("closed", "won", 1000, 0, 0),
        ("funds_withdrawn", "needs_response", 25000, 25000, 1500),
        ("funds_reinstated", "needs_response", 25000, 25000, 1500),
    ],
)
def test_disputes_of_all_recorded_generations_are_read(name: str, state: str, amount: int, withdrawn: int, fee: int):
    event = json.loads((DATA / f"events/charge.dispute.{name}.json").read_text())
    seen = observe_dispute({"id": "dp_0", **event["data"]["object"]})
    assert (seen.state, seen.amount, seen.withdrawn, seen.fee) == (state, amount, withdrawn, fee)
    assert seen.answer_by is not None


@pytest.mark.skipif(not DATA.exists(), reason="the recorded bodies are not here")
def test_a_dispute_of_todays_shape_is_read():
    dispute = json.loads((DATA / "objects_openapi_fixtures3_subset.json").read_text())["dispute"]
    seen = observe_dispute(dispute | {"charge": {"id": "ch_1", "payment_intent": "pi_1"}})
    assert (seen.state, seen.payment, seen.withdrawn) == (DisputeState.INQUIRY, "pi_1", 0)
