"""Refunds: parts of a payment, each with an id of its own."""

from __future__ import annotations

from tests.sandbox.clock import Clock
from tests.sandbox.knobs import Knobs
from tests.sandbox.momo.codes import PROCESSING, SUCCESS, Refused, final
from tests.sandbox.momo.formats import SMALLEST, check_range
from tests.sandbox.momo.payments import NOT_REFUNDABLE, Payments
from tests.sandbox.store import Document, Store


class Refunds:
    """All refunds of one partner. Callers hold the store's lock."""

    def __init__(self, store: Store, clock: Clock, knobs: Knobs, payments: Payments) -> None:
        self._store, self._clock, self._knobs, self._payments = store, clock, knobs, payments

    def of(self, payment: Document) -> list[Document]:
        """Oldest first, those that MoMo refused among them."""
        return [self.get(order_id) for order_id in payment["refunds"]]

    def get(self, order_id: str) -> Document:
        refund = self._store.get("momo_refund", order_id)
        if refund is None:
            raise Refused(42)
        return refund

    def create(self, fields: Document, *, refuse: int = 0) -> None:
        """Give a part back. A refusal that is final is kept under the refund's id too; `refuse` asks for one."""
        amount = int(fields["amount"])
        payment = self._payments.by("transId", int(fields["transId"]))
        if self._payments.taken(fields["orderId"]):
            raise Refused(41)
        if payment is None:
            raise Refused(42)
        check_range(amount, SMALLEST[payment["requestType"]])
        code = refuse or self._verdict(payment, amount)
        if not final(code) and code != PROCESSING:
            raise Refused(code)
        self._keep(fields, payment, code)

    def _verdict(self, payment: Document, amount: int) -> int:
        """The result code of giving so much back."""
        earlier = self.of(payment)
        if any(refund["resultCode"] == PROCESSING for refund in earlier):
            return 43
        if payment["resultCode"] != SUCCESS or payment["payType"] in NOT_REFUNDABLE:
            return 1088
        if amount + sum(r["amount"] for r in earlier if r["resultCode"] == SUCCESS) > payment["amount"]:
            return 1081
        return PROCESSING if self._knobs.seconds("refund_seconds") else SUCCESS

    def _keep(self, fields: Document, payment: Document, code: int) -> None:
        refund: Document = {
            "orderId": fields["orderId"],
            "requestId": fields["requestId"],
            "payment": payment["orderId"],
            "amount": int(fields["amount"]),
            "description": fields["description"],
            "transId": self._payments.next_transaction(),
            "resultCode": code,
            "lang": fields.get("lang", "vi"),
            "created": self._clock.now(),
            "due": self._clock.now() + self._knobs.seconds("refund_seconds") if code == PROCESSING else None,
        }
        self._save(refund)
        self._payments.add_refund(payment, refund["orderId"])

    def _save(self, refund: Document) -> None:
        self._store.put("momo_refund", refund["orderId"], refund)
        if refund["due"] is None:
            self._store.drop("momo_running", refund["orderId"])
        else:
            self._store.put("momo_running", refund["orderId"], {"orderId": refund["orderId"]})

    def pass_time(self) -> None:
        """Refunds that took their time arrive."""
        for running in self._store.all("momo_running"):
            refund = self.get(running["orderId"])
            if refund["due"] <= self._clock.now():
                self._save(refund | {"resultCode": SUCCESS, "due": None})
