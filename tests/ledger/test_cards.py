"""One order by card from the scale to the refund, over real HTTP to Stripe's sandbox, as an accountant reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from grocery.kernel import clock
from grocery.kernel.quantity import quantity
from grocery.ledger.models import Entry
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from grocery.payments.models import Payment
from tests.ledger.books import balances, entries, owed
from tests.ordering.returning import SUPPORT
from tests.sandbox.fixtures import sandbox, sandbox_process
from tests.sandbox.running import Sandbox
from tests.shop import Shop

__all__ = ["sandbox", "sandbox_process"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_packed_by_weight_captured_a_line_returned_and_refunded(
    sandbox: Sandbox, deliver: Callable[[], int], settings: Any, monkeypatch: pytest.MonkeyPatch
):
    settings.FIRESTORE_PROJECT = ""
    ahead = timedelta()
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + ahead)

    def hear() -> None:
        deliver()
        for webhook in sandbox.take_webhooks():
            headers = {name.lower(): text for name, text in webhook["headers"].items()}
            payments.take_webhook(
                provider="stripe", body=webhook["body"].encode(), headers=headers, now=datetime.now(UTC)
            )
        deliver()

    shop = Shop()
    lan = shop.customer("lan")
    shop.stock(milk=10, shrimp=5)
    order = shop.order(lan, method="card", milk=2, shrimp="0.45").id
    ordering.pay(order_id=order, customer_id=lan.id, now=clock.now())
    sandbox.pay(Payment.objects.get(order_id=order).reference, "pm_card_visa")
    hear()
    ordering.start_picking(order_id=order, by=shop.picker, now=clock.now())
    ordering.mark_packed(order_id=order, weights={"shrimp": quantity("0.43")}, by=shop.picker, now=clock.now())
    hear()
    ordering.dispatch(order_id=order, by=shop.picker, now=clock.now())
    ordering.deliver(order_id=order, by=shop.picker, now=clock.now())
    unwanted = [ordering.UnwantedLine("milk", quantity(1), ordering.ReturnReason.DAMAGED)]
    back = ordering.ask_return(order_id=order, unwanted=unwanted, by=lan.principal, now=clock.now())
    kept = ordering.LineDecision("milk", accepted=True, fate=ordering.GoodsFate.KEPT)
    ordering.decide_return(return_id=back, decisions=[kept], by=SUPPORT, now=clock.now())
    ahead = timedelta(minutes=6)
    ordering.settle_returns(now=clock.now())
    hear()
    sandbox.advance(6)
    hear()

    # 77.000 of milk and 15.000 of delivery at 8 %: VAT 6.815; 94.170 of shrimp at 5 %: VAT 4.484
    assert sorted(entries(order), key=lambda entry: entry[0]) == sorted(
        [
            (
                "charged",
                {
                    "receivable": 186_170,
                    "revenue@5": -89_686,
                    "vat@5": -4_484,
                    "revenue@8": -71_296,
                    "delivery@8": -13_889,
                    "vat@8": -6_815,
                },
            ),
            ("taken", {"clearing/stripe": 186_170, "receivable": -186_170}),
            ("reduced", {"receivable": -38_500, "returns@8": 35_648, "vat@8": 2_852}),
            ("returned", {"clearing/stripe": -38_500, "receivable": 38_500}),
        ],
        key=lambda entry: entry[0],
    )
    assert (owed(order), balances()["clearing"], sum(balances().values())) == (0, 147_670, 0)
    of_stripe = Entry.objects.exclude(reference="").order_by("at").values_list("reference", flat=True)
    assert [reference[:3] for reference in of_stripe] == ["pi_", "re_"]
