"""MoMo: wallets, by the gateway's API v2 with a hold first (`autoCapture: false`).

Facts about the API are from https://developers.momo.vn/v3/docs/payment/api/wallet/onetime/ and its neighbours.
A payment's name there is its `orderId`, which begins with our id and ends with the attempt; a refund's is its call's
id. The same request comes under the same `requestId`; each query has a new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.payments.contracts import PayLink, PaymentState, PaymentStep
from grocery.payments.gateways import momo_codes as codes
from grocery.payments.gateways.keeping import storable
from grocery.payments.gateways.momo_codes import observe, observe_refund, uuid_in
from grocery.payments.gateways.momo_wire import SIGNED, Wire, as_sent
from grocery.payments.gateways.provider import Notice, NotSigned, OutcomeUnknown, Refused, Wanted, network
from grocery.payments.policies import Limits, Observation, RefundSeen

LIMITS: Final = Limits(minimum=dong(1_000), maximum=dong(50_000_000))
#: MoMo began it and we did not hear the link: nobody can pay it, so it is over, and another attempt begins.
LINK_LOST: Final = "link_lost"
#: What tells one notice from the next; MoMo gives its notices no name.
_TELLING: Final = ("orderId", "requestId", "transId", "resultCode", "amount")


class MomoProvider:
    """Wallets by MoMo. It takes what is held or nothing, and says a payment's link only once."""

    name = "momo"
    limits = LIMITS
    captures_whole = True
    repeats_itself = False
    refund_later: Mapping[str, timedelta] = codes.REFUND_LATER

    def __init__(self, wire: Wire, *, ipn_url: str) -> None:
        self._wire, self._ipn_url = wire, ipn_url

    def __repr__(self) -> str:
        return "<MomoProvider>"

    @network
    def authorise(self, *, wanted: Wanted, key: str) -> Observation:
        order_id = _order_id(key)
        answer = self._wire.ask(
            "create",
            requestId=_request_id(key),
            orderId=order_id,
            amount=wanted.amount.minor,
            orderInfo=f"Thanh toan don {wanted.metadata['order_number']}".encode("ascii", "ignore").decode(),
            redirectUrl=wanted.return_url or self._ipn_url,
            ipnUrl=self._ipn_url,
            requestType="captureWallet",
            extraData="",
            autoCapture=False,
        )
        if answer["resultCode"] in codes.DUPLICATE:
            return self._begun_unheard(order_id, wanted.amount)
        _check(answer)
        if not self._wire.is_signed("created", answer):
            raise OutcomeUnknown("bad_signature")
        begun = observe({**answer, "resultCode": 1000})
        return replace(begun, handoff={"url": str(answer["payUrl"]), "qr": str(answer.get("qrCodeUrl") or "")})

    @network
    def capture(self, *, reference: str, amount: Money, key: str) -> Observation:
        answer = self._confirm("capture", reference, amount.minor, key)
        return self._after_confirm(answer, reference, PaymentState.CAPTURED)

    @network
    def cancel(self, *, reference: str, key: str) -> Observation:
        """MoMo lets go of what is held alone; while its customer makes up their mind there is nothing to let go."""
        seen = self._query(reference)
        if seen.state is not PaymentState.AUTHORISED:
            return seen
        answer = self._confirm("cancel", reference, seen.amount, key)
        return self._after_confirm(answer, reference, PaymentState.CANCELLED)

    @network
    def refund(self, *, reference: str, amount: Money, refund_id: str, key: str) -> RefundSeen:
        """Raises Refused for what MoMo is never asked for: less than a thousand đồng."""
        if amount < LIMITS.minimum:
            raise Refused("amount_too_small")
        paid = self._ask_how(reference)
        if made := next((one for one in _refunds_in(paid) if one["orderId"] == refund_id), None):
            return observe_refund(made)
        answer = self._wire.ask(
            "refund",
            requestId=_request_id(key),
            orderId=refund_id,
            amount=amount.minor,
            transId=paid["transId"],
            description="",
        )
        if answer["resultCode"] in codes.DUPLICATE:
            answer = self._refund_there_is(refund_id, answer["resultCode"])
        elif answer["resultCode"] in codes.FAILED or answer["resultCode"] in codes.WRONG | {codes.NOT_FOUND}:
            raise Refused(str(answer["resultCode"]))
        return observe_refund(answer)

    @network
    def refunds(self, *, reference: str) -> Sequence[RefundSeen]:
        return [observe_refund(refund) for refund in _refunds_in(self._ask_how(reference))]

    @network
    def poll(self, *, reference: str) -> Observation:
        return self._query(reference)

    @network
    def health(self) -> None:
        """That it has no such order it says only to somebody it knows."""
        answer = self._wire.ask("query", orderId=f"health-{new_id()}", requestId=str(new_id()))
        if answer["resultCode"] != codes.NOT_FOUND:
            raise OutcomeUnknown(str(answer["resultCode"]))

    def read_webhook(
        self,
        *,
        body: bytes,
        headers: Mapping[str, str],  # noqa: ARG002 - the signature is in the body
        now: datetime,  # noqa: ARG002 - it says nothing of when it was signed that could be checked
    ) -> Notice:
        """It carries no time of its own that could be checked: an old one, repeated, makes us look, no more."""
        try:
            fields = json.loads(body)
        except (ValueError, RecursionError):
            raise NotSigned("the body is not JSON") from None
        if not isinstance(fields, dict) or fields.get("partnerCode") != self._wire.partner_code:
            raise NotSigned("it is not for us")
        if not self._wire.is_signed("ipn", fields):
            raise NotSigned("no signature matches")
        said = {name: storable(as_sent(fields[name])) for name in SIGNED["ipn"] if name != "accessKey"}
        telling = "\n".join(said[name] for name in _TELLING)
        return Notice(
            event_id=hashlib.sha256(telling.encode()).hexdigest(),
            kind=f"ipn.{said['resultCode']}"[:100],
            reference=said["orderId"][:100],
            body=said,
        )

    def step(self, seen: Observation) -> PaymentStep | None:
        return PayLink(**seen.handoff) if seen.state is PaymentState.PENDING and seen.handoff else None

    def page_sources(self) -> Mapping[str, tuple[str, ...]]:
        """Its customers go to its own pages."""
        return {}

    # --- inside ---------------------------------------------------------------------------------------------------
    def _query(self, reference: str) -> Observation:
        return observe(self._ask_how(reference))

    def _ask_how(self, order_id: str) -> Mapping[str, Any]:
        """How a payment or a refund stands. Raises Refused for one that MoMo does not know; OutcomeUnknown."""
        answer = self._wire.ask("query", orderId=order_id, requestId=str(new_id()))
        code = answer["resultCode"]
        if code == codes.NOT_FOUND:
            raise Refused(str(code))
        if code not in codes.DECISIVE or not {"orderId", "amount", "transId"} <= answer.keys():
            raise OutcomeUnknown(str(code))
        return answer

    def _begun_unheard(self, order_id: str, amount: Money) -> Observation:
        """Of a payment that MoMo has begun before the link is lost: what waits for its customer waits in vain."""
        try:
            seen = self._query(order_id)
        except Refused:  # its name is used up for nothing
            seen = Observation(order_id, PaymentState.PENDING, amount.minor, "vnd", payment_id=uuid_in(order_id))
        if seen.state is not PaymentState.PENDING:
            return seen
        return replace(seen, state=PaymentState.FAILED, failure_code=LINK_LOST)

    def _refund_there_is(self, refund_id: str, code: int) -> Mapping[str, Any]:
        """The refund that was asked for before. Raises OutcomeUnknown where there is none yet."""
        try:
            return self._ask_how(refund_id)
        except Refused:
            raise OutcomeUnknown(str(code)) from None

    def _confirm(self, what: str, reference: str, amount: int, key: str) -> Mapping[str, Any]:
        return self._wire.ask(
            "confirm",
            requestId=_request_id(key),
            orderId=reference,
            amount=amount,
            requestType=what,
            description="",
        )

    def _after_confirm(self, answer: Mapping[str, Any], reference: str, done: PaymentState) -> Observation:
        """What was confirmed; where MoMo would not, how it stands, for somebody may have been quicker."""
        code = answer["resultCode"]
        if code == codes.SUCCESS:
            seen = observe({**answer, "orderId": reference})
            return seen if done is PaymentState.CAPTURED else replace(seen, state=done, captured=0)
        seen = self._query(reference)
        if seen.state is not PaymentState.AUTHORISED:
            return seen
        if code in codes.DUPLICATE:
            raise OutcomeUnknown(str(code), key_spent=True)
        raise Refused(str(code))


def from_settings() -> MomoProvider:
    """The one that the settings describe; one object, and so one pool of connections, per set of settings."""
    return _cached(
        settings.MOMO_API_URL,
        settings.MOMO_PARTNER_CODE,
        settings.MOMO_ACCESS_KEY,
        settings.MOMO_SECRET_KEY,
        settings.MOMO_TIMEOUTS,
        f"{settings.PUBLIC_URL}/api/v1/webhooks/momo",
    )


@lru_cache(maxsize=8)
def _cached(
    api_url: str, partner_code: str, access_key: str, secret_key: str, timeouts: tuple[float, float], ipn_url: str
) -> MomoProvider:
    wire = Wire(
        api_url=api_url, partner_code=partner_code, access_key=access_key, secret_key=secret_key, timeouts=timeouts
    )
    return MomoProvider(wire, ipn_url=ipn_url)


def _order_id(key: str) -> str:
    """`authorise:{payment}:e0:r1` is the payment `{payment}-e0r1`."""
    _, subject, epoch, revision = key.split(":")
    return f"{UUID(subject)}-{epoch}{revision}"


def _request_id(key: str) -> str:
    """The same with the operation, shortened to what MoMo takes: 50 characters."""
    return f"{key[:3]}-{_order_id(key)}"


def _check(answer: Mapping[str, Any]) -> None:
    if answer["resultCode"] != codes.SUCCESS:
        raise Refused(str(answer["resultCode"]))


def _refunds_in(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(answer.get("refundTrans") or [])
