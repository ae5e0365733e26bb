"""Payments: from the link to the customer's decision, the hold, and its capture or cancellation."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from tests.sandbox.clock import Clock
from tests.sandbox.knobs import Knobs
from tests.sandbox.momo.codes import AUTHORISED, CODES, PROCESSING, SUCCESS, WAITING, Refused, final, told
from tests.sandbox.momo.formats import check_create, check_range
from tests.sandbox.store import Document, Store

LINK_SECONDS = 15 * 60
#: `slow`: so long 1000 after the customer agreed, then so long 7002.
WAITING_SECONDS, PROCESSING_SECONDS = 30, 60
FIRST_TRANSACTION = 4_088_000_001
#: What the customer may do, and what comes of it; any code of a final failure may be played as well.
DECISIONS = {
    "approve": SUCCESS,
    "slow": SUCCESS,
    "approve_by_bank": SUCCESS,
    "insufficient": 1001,
    "over_limit": 1004,
    "expire": 1005,
    "refuse": 1006,
}
#: Refused by MoMo when a refund is asked for.
NOT_REFUNDABLE = {"banktransfer_qr"}

Tell = Callable[[Document], None]


class Payments:
    """All payments of one partner. Callers hold the store's lock."""

    def __init__(self, store: Store, clock: Clock, knobs: Knobs, tell: Tell) -> None:
        self._store, self._clock, self._knobs, self._tell = store, clock, knobs, tell

    # --- reading --------------------------------------------------------------------------------------------------
    def get(self, order_id: str) -> Document:
        payment = self._store.get("momo_payment", order_id)
        if payment is None:
            raise Refused(42)
        return payment

    def by(self, name: str, value: object) -> Document | None:
        """The payment with this `token` or `transId`."""
        known = self._store.get(f"momo_by_{name}", str(value))
        return self.get(known["orderId"]) if known else None

    def taken(self, order_id: str) -> bool:
        """Whether a payment or a refund has this id already."""
        return any(self._store.get(kind, order_id) for kind in ("momo_payment", "momo_refund"))

    # --- the life of a payment ------------------------------------------------------------------------------------
    def create(self, fields: Document) -> Document:
        """A link that waits for its customer, for a quarter of an hour."""
        check_create(fields)
        if self.taken(fields["orderId"]):
            raise Refused(41)
        kept = ("orderId", "requestId", "orderInfo", "extraData", "redirectUrl", "ipnUrl", "requestType")
        payment: Document = {name: fields[name] for name in kept} | {
            "amount": int(fields["amount"]),
            "autoCapture": fields.get("autoCapture", True),
            "lang": fields.get("lang", "vi"),
            "token": secrets.token_urlsafe(18),
            "refunds": [],
            "created": self._clock.now(),
            "transId": 0,
            "payType": "",
            "resultCode": WAITING,
            "due": self._clock.now() + LINK_SECONDS,
            "next": 1005,
        }
        self._save(payment)
        self._name(payment, "token")
        return payment

    def decide(self, order_id: str, what: str, *, pay_type: str = "webApp") -> Document:
        """The customer acts on an open link; too late, nothing changes."""
        code = DECISIONS[what] if what in DECISIONS else _failure(what)
        payment = self.get(order_id)
        if payment["resultCode"] != WAITING or payment["next"] != 1005:
            return payment
        payment |= {"transId": self.next_transaction(), "payType": pay_type}
        self._name(payment, "transId")
        if what == "approve_by_bank":
            payment["payType"] = "banktransfer_qr"
        if what == "slow":
            return self._later(payment, PROCESSING, WAITING_SECONDS)
        return self._reach(payment, code)

    def let_go(self, order_id: str) -> Document:
        """MoMo gives a hold back that nobody captured."""
        payment = self.get(order_id)
        if payment["resultCode"] != AUTHORISED:
            raise Refused(42)
        return self._reach(payment, 1003)

    def confirm(self, fields: Document) -> Document:
        """Capture the whole hold, or cancel it. MoMo tells the caller alone."""
        if fields["requestType"] not in {"capture", "cancel"}:
            raise Refused(20, "Bad format request: requestType.")
        check_range(int(fields["amount"]), 1)
        payment = self.get(fields["orderId"])
        if payment["resultCode"] != AUTHORISED:
            raise Refused(42)
        if int(fields["amount"]) != payment["amount"]:
            raise Refused(22)
        payment["resultCode"] = SUCCESS if fields["requestType"] == "capture" else 1017
        self._save(payment)
        return payment

    # --- what time does -------------------------------------------------------------------------------------------
    def pass_time(self) -> None:
        """Links expire, slow banks answer."""
        for waiting in self._store.all("momo_open"):
            payment = self.get(waiting["orderId"])
            while payment["due"] is not None and payment["due"] <= self._clock.now():
                self._take_turn(payment)

    def _take_turn(self, payment: Document) -> None:
        code, due = payment["next"], payment["due"]
        self._reach(payment, code)
        if code == PROCESSING:
            payment |= {"due": due + PROCESSING_SECONDS, "next": SUCCESS}
            self._save(payment)

    # --- inside ---------------------------------------------------------------------------------------------------
    def _later(self, payment: Document, code: int, seconds: float) -> Document:
        payment |= {"due": self._clock.now() + seconds, "next": code}
        self._save(payment)
        return payment

    def _reach(self, payment: Document, code: int) -> Document:
        """Come to this code, and tell the shop unless the link has merely expired."""
        held = code == SUCCESS and not payment["autoCapture"]
        payment |= {"resultCode": AUTHORISED if held else code, "due": None, "next": None}
        self._save(payment)
        if code != 1005 or self._knobs["tell_expiry"]:
            self._tell(payment)
        return payment

    def next_transaction(self) -> int:
        last = self._store.get("momo_counter", "transaction") or {"number": FIRST_TRANSACTION - 1}
        self._store.put("momo_counter", "transaction", {"number": last["number"] + 1})
        return int(last["number"]) + 1

    def _save(self, payment: Document) -> None:
        """Those that wait for something are kept apart too, so that looking for them stays quick."""
        self._store.put("momo_payment", payment["orderId"], payment)
        if payment["due"] is None:
            self._store.drop("momo_open", payment["orderId"])
        else:
            self._store.put("momo_open", payment["orderId"], {"orderId": payment["orderId"]})

    def _name(self, payment: Document, name: str) -> None:
        """Let it be found by this."""
        self._store.put(f"momo_by_{name}", str(payment[name]), {"orderId": payment["orderId"]})

    def add_refund(self, payment: Document, order_id: str) -> None:
        payment["refunds"].append(order_id)
        self._save(payment)


def _failure(what: str) -> int:
    """The result code that somebody wants to see."""
    if what.isdigit() and int(what) in CODES and final(int(what)) and int(what) != SUCCESS:
        return int(what)
    raise ValueError(f"play one of {sorted(DECISIONS)}, or the code of a final failure")


def notice(payment: Document, partner_code: str, now: float) -> Document:
    """What MoMo says of a payment, in an IPN and in the address that the customer comes back to."""
    return {
        "partnerCode": partner_code,
        "orderId": payment["orderId"],
        "requestId": payment["requestId"],
        "amount": payment["amount"],
        "orderInfo": payment["orderInfo"],
        "orderType": "momo_wallet",
        "transId": payment["transId"],
        "resultCode": payment["resultCode"],
        "message": told(payment["resultCode"], payment["lang"]),
        "payType": payment["payType"],
        "responseTime": int(now * 1_000),
        "extraData": payment["extraData"],
    }
