"""An order that was placed is paid in another way: until it is packed, by its customer, or in cash by the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.ordering import public as ordering
from grocery.ordering.models import Order
from grocery.ordering.public import PaymentMethod, TenderFixed
from grocery.payments import public as payments
from grocery.payments.models import Payment, RefundPart
from grocery.payments.services.receive_transfer import receive_transfer
from tests.ledger.books import balances, owed
from tests.ordering.test_api import signed_in
from tests.shop import Customer, Shop

CARD, TRANSFER, CASH = PaymentMethod.CARD, PaymentMethod.BANK_TRANSFER, PaymentMethod.CASH_ON_DELIVERY


@pytest.fixture(autouse=True)
def offered(settings: Any) -> None:
    settings.PAYMENT_METHODS = ("card", "bank_transfer", "cash_on_delivery")
    settings.BANK_BIN, settings.BANK_ACCOUNT, settings.BANK_ACCOUNT_HOLDER = "970436", "0123456789", "CTY GROCERY"


def placed(shop: Shop, lan: Customer, method: PaymentMethod) -> UUID:
    shop.stock(milk=10)
    order_id = shop.order(lan, method=method.value, milk=3).id
    shop.tell()
    return order_id


def change(shop: Shop, lan: Customer, order_id: UUID, method: PaymentMethod) -> ordering.TenderToCome:
    seen = ordering.change_tender(order_id=order_id, method=method, by=lan.principal, now=shop.now)
    shop.tell()
    return seen


def arrives(shop: Shop, order_id: UUID) -> None:
    """What was sent last for that order is there."""
    payment = Payment.objects.of_order(order_id).exclude(memo="").reverse()[0]
    receive_transfer(payment_id=payment.id, reference=f"FT{payment.id}", now=shop.now)
    shop.tell()


def timeline(order_id: UUID) -> list[tuple[str, str, str, str]]:
    changes = ordering.order(order_id=order_id).changes
    return [(one.by, one.tender.before, one.tender.after, one.note) for one in changes if one.tender]


def test_a_transfer_that_was_never_sent_becomes_cash_and_the_order_is_confirmed(shop: Shop, lan: Customer):
    order_id = placed(shop, lan, TRANSFER)
    assert change(shop, lan, order_id, CASH).changes_to is None
    assert (shop.state(order_id), ordering.order(order_id=order_id).method) == ("confirmed", CASH)
    assert timeline(order_id) == [("customer", "bank_transfer", "cash_on_delivery", "")]
    assert ordering.cancel_unpaid(now=shop.now + timedelta(hours=1)) == 0


def test_until_the_new_way_holds_the_order_counts_on_the_old(shop: Shop, lan: Customer):
    order_id = placed(shop, lan, CASH)
    seen = change(shop, lan, order_id, TRANSFER)
    assert (seen.method, seen.changes_to, seen.to_pay) == (CASH, TRANSFER, dong(130_500))
    assert (ordering.order(order_id=order_id).method, timeline(order_id)) == (CASH, [])
    step = ordering.pay(order_id=order_id, customer_id=lan.id, now=shop.now)
    assert (step.method, step.transfer is not None, step.pay_until) == (TRANSFER, True, seen.pay_until)
    arrives(shop, order_id)
    assert (ordering.order(order_id=order_id).method, len(timeline(order_id))) == (TRANSFER, 1)


def test_the_books_close_whatever_was_changed_before(shop: Shop, lan: Customer):
    order_id = placed(shop, lan, TRANSFER)
    change(shop, lan, order_id, CASH)
    arrives(shop, order_id)  # late: it goes back
    for step in (ordering.start_picking, ordering.mark_packed, ordering.dispatch, ordering.deliver):
        step(order_id=order_id, by=shop.picker, now=shop.now)
    shop.tell()
    payment = payments.payment(order_id=order_id)
    assert [refund.amount for refund in payment.refunds] == [dong(130_500)]
    part = RefundPart.objects.get()
    payments.record_handed_back(part_id=part.id, by=new_id(), note="by transfer", now=shop.now)
    shop.tell()
    assert (owed(order_id), balances()["drivers"], balances().get("bank", 0)) == (0, 130_500, 0)


def test_time_to_pay_is_not_prolonged_by_choosing_anew(shop: Shop, lan: Customer):
    order_id = placed(shop, lan, CARD)
    before = ordering.order(order_id=order_id).pay_by
    assert change(shop, lan, order_id, TRANSFER).pay_until == before
    assert before
    with pytest.raises(TenderFixed):
        ordering.change_tender(order_id=order_id, method=CASH, by=lan.principal, now=before)


def test_once_it_is_packed_or_paid_by_transfer_it_is_too_late(shop: Shop, lan: Customer):
    packed = placed(shop, lan, CASH)
    for step in (ordering.start_picking, ordering.mark_packed):
        step(order_id=packed, by=shop.picker, now=shop.now)
    sent = placed(shop, lan, TRANSFER)
    arrives(shop, sent)
    for order_id in (packed, sent):
        with pytest.raises(TenderFixed):
            change(shop, lan, order_id, CARD)


def test_the_desk_has_it_paid_in_cash_and_says_why(shop: Shop, lan: Customer):
    order_id = placed(shop, lan, CARD)
    desk = shop.picker
    with pytest.raises(Invalid):
        ordering.change_tender(order_id=order_id, method=CASH, by=desk, now=shop.now)
    with pytest.raises(Invalid):
        ordering.change_tender(order_id=order_id, method=TRANSFER, by=desk, note="asked", now=shop.now)
    ordering.change_tender(order_id=order_id, method=CASH, by=desk, note="asked on the phone", now=shop.now)
    shop.tell()
    assert timeline(order_id) == [("staff", "card", "cash_on_delivery", "asked on the phone")]
    assert Order.objects.get().changes.get().actor_id == desk.id


def test_nobody_changes_the_order_of_another(shop: Shop, lan: Customer):
    order_id = placed(shop, lan, CARD)
    with pytest.raises(NotFound):
        change(shop, shop.customer("minh"), order_id, CASH)


def test_over_http(shop: Shop, lan: Customer):
    order_id, api = placed(shop, lan, CARD), signed_in(lan)
    waits = api("POST", f"orders/{order_id}/tender", {"method": "bank_transfer"}, Idempotency_Key=str(uuid4())).json()
    assert (waits["method"], waits["changes_to"], waits["to_pay"]) == ("card", "bank_transfer", 130_500)
    assert api("GET", f"payments/{order_id}").json()["changes_to"] == "bank_transfer"
    done = api(
        "POST", f"orders/{order_id}/tender", {"method": "cash_on_delivery"}, Idempotency_Key=str(uuid4())
    ).json()
    assert (done["method"], done["changes_to"], done["to_pay"]) == ("cash_on_delivery", None, 0)
    (told,) = api("GET", f"orders/{order_id}").json()["changes"]
    assert (told["kind"], told["tender"]) == ("tender", {"before": "card", "after": "cash_on_delivery"})
    shop.tell()
    for step in (ordering.start_picking, ordering.mark_packed):
        step(order_id=order_id, by=shop.picker, now=shop.now)
    late = api("POST", f"orders/{order_id}/tender", {"method": "card"}, Idempotency_Key=str(uuid4()))
    assert (late.status_code, late.json()["code"]) == (409, "tender_fixed")
