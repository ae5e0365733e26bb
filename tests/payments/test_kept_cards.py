"""Cards that customers want kept: only with consent, only what tells one from another, gone when they say so."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db.models.functions import Now

from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.models import InboxEntry
from grocery.payments import public as payments
from grocery.payments.models import KeptCard
from tests.payments.conftest import COMMITTED, PAYER, Till

pytestmark = COMMITTED


def paid(till: Till, *, keep: bool, card: str = "pm_card_visa") -> UUID:
    order_id = till.begun()
    payments.keep_card(order_id=order_id, payer_id=PAYER, keep=keep, now=till.now)
    till.customer_pays(order_id, card)
    till.webhooks()
    return order_id


def listed(till: Till, payer_id: UUID = PAYER) -> list[tuple[str, str, int]]:
    return [(c.brand, c.last4, c.exp_year) for c in payments.saved_cards(payer_id=payer_id, now=till.now)]


def test_a_card_is_listed_once_its_owner_has_paid_with_it_and_wanted_that(till: Till):
    paid(till, keep=True, card="pm_card_mastercard")
    till.webhooks()
    assert listed(till) == [("mastercard", "4444", 2030)]
    assert listed(till, new_id()) == []


def test_without_consent_nothing_is_kept_by_anybody(till: Till):
    order_id = till.begun()
    for keep in (True, False):
        payments.keep_card(order_id=order_id, payer_id=PAYER, keep=keep, now=till.now)
    till.customer_pays(order_id)
    till.webhooks()
    assert listed(till) == []
    assert [method["customer"] for method in till.sandbox.objects("payment_method")] == [None]


def test_one_who_does_not_pay_has_no_card_kept(till: Till):
    paid(till, keep=True, card="pm_card_chargeDeclined")
    assert listed(till) == []


def test_a_kept_card_pays_the_next_order_without_its_number(till: Till):
    paid(till, keep=True)
    (card,) = payments.saved_cards(payer_id=PAYER, now=till.now)
    order_id = till.begun()
    till.sandbox.confirm_kept(till.reference(order_id), card.token)
    till.webhooks()
    assert till.state(order_id) == "authorised"
    assert len(listed(till)) == 1


def test_a_bank_that_wants_its_customer_gets_them(till: Till):
    paid(till, keep=True)
    (card,) = payments.saved_cards(payer_id=PAYER, now=till.now)
    till.sandbox.becomes(card.token, "pm_sandbox_alwaysAuthenticate")
    order_id = till.begun()
    assert till.sandbox.confirm_kept(till.reference(order_id), card.token)["status"] == "requires_action"
    till.sandbox.play(till.reference(order_id), "approve")
    till.webhooks()
    assert till.state(order_id) == "authorised"


def test_a_removed_card_is_gone_at_once_and_then_at_its_provider(till: Till):
    paid(till, keep=True)
    (card,) = payments.saved_cards(payer_id=PAYER, now=till.now)
    till.sandbox.fault("detach", "cut", times=2)
    payments.remove_card(card_id=card.id, payer_id=PAYER, now=till.now)
    assert listed(till) == []
    with pytest.raises(payments.ProviderUnavailable):
        till.deliver()
    InboxEntry.objects.owed().update(due_at=Now())
    till.deliver()
    assert (till.sandbox.objects("payment_method")[0]["customer"], KeptCard.objects.count()) == (None, 0)


def test_only_its_owner_removes_a_card_or_has_one_kept(till: Till):
    order_id = paid(till, keep=True)
    (card,) = payments.saved_cards(payer_id=PAYER, now=till.now)
    with pytest.raises(NotFound):
        payments.remove_card(card_id=card.id, payer_id=new_id(), now=till.now)
    with pytest.raises(NotFound):
        payments.keep_card(order_id=order_id, payer_id=new_id(), keep=True, now=till.now)
    with pytest.raises(payments.PaymentIs):
        payments.keep_card(order_id=order_id, payer_id=PAYER, keep=True, now=till.now)
