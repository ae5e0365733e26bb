"""MoMo's result codes, and its answers in our words.

https://developers.momo.vn/v3/docs/payment/api/result-handling/resultcode/
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from grocery.payments.contracts import PaymentState, RefundState
from grocery.payments.gateways.provider import OutcomeUnknown
from grocery.payments.policies import Observation, RefundSeen

SUCCESS: Final = 0
AUTHORISED: Final = 9000
MAINTENANCE: Final = 10
REFUSED_US: Final = frozenset({11, 12, 13})
NOT_FOUND, CONFLICT = 42, 43
#: This requestId, or this orderId, was used before.
DUPLICATE: Final = frozenset({40, 41})
#: The payment or refund is on its way; nothing is decided.
UNDER_WAY: Final = frozenset({1000, 7000, 7002, 8000})
#: Nothing comes after these, and the same request is answered with the same again.
FAILED: Final = frozenset(
    {98, 99, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1017, 1026, 1080, 1081, 1088, 2019, 4001, 4002, 4100}
)
#: "Try again in about an hour", with payments that are old: the refund of that name has failed, another may not.
REFUND_LATER: Final = {"1080": timedelta(hours=1)}
#: Not final, and said of the request: nothing was done, and later it may be.
LATER: Final = frozenset({MAINTENANCE, CONFLICT}) | REFUSED_US
#: Not final, and said of the request: as it is it will never be done.
WRONG: Final = frozenset({20, 21, 22, 45, 47})

_STATES: Final[Mapping[int, PaymentState]] = {
    SUCCESS: PaymentState.CAPTURED,
    AUTHORISED: PaymentState.AUTHORISED,
    **dict.fromkeys(UNDER_WAY, PaymentState.PENDING),
    **dict.fromkeys(FAILED, PaymentState.FAILED),
}
#: Said of the payment or the refund, not of the request.
DECISIVE: Final = frozenset(_STATES)
_REFUND_STATES: Final[Mapping[int, RefundState]] = {
    SUCCESS: RefundState.SUCCEEDED,
    **dict.fromkeys(UNDER_WAY, RefundState.PENDING),
    **dict.fromkeys(FAILED, RefundState.OWED),
}


def observe(answer: Mapping[str, Any]) -> Observation:
    """The answer to the query of a payment. Raises OutcomeUnknown for what says nothing about it."""
    code, amount, reference = int(answer["resultCode"]), int(answer["amount"]), str(answer["orderId"])
    if code not in _STATES:
        raise OutcomeUnknown(str(code))
    failed = code in FAILED
    return Observation(
        reference=reference,
        state=_STATES[code],
        amount=amount,
        currency="vnd",
        captured=amount if code == SUCCESS else 0,
        failure_code=str(code) if failed else "",
        attempt=reference if failed else "",
        payment_id=uuid_in(reference),
    )


def observe_refund(refund: Mapping[str, Any]) -> RefundSeen:
    """A refund, as the query of it or of its payment says it. Raises OutcomeUnknown."""
    code, reference = int(refund["resultCode"]), str(refund["orderId"])
    if code not in _REFUND_STATES:
        raise OutcomeUnknown(str(code))
    return RefundSeen(
        reference=reference,
        state=_REFUND_STATES[code],
        amount=int(refund["amount"]),
        currency="vnd",
        failure_code=str(code) if code in FAILED else "",
        call_id=uuid_in(reference),
    )


def uuid_in(reference: str) -> UUID | None:
    """Our own id that a name at MoMo begins with; None for a name that we did not give."""
    try:
        return UUID(reference[:36])
    except ValueError:
        return None
