"""What `test_any_tender` looks for is worth something: mistakes are planted in the shop, and each of them is seen.

Here those that differ most; with `TENDER_MISTAKES=all` all of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final

import pytest

from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.gateways.stripe import StripeProvider
from grocery.payments.policies import CallState, Operation, spread_capture
from grocery.payments.policies.transfers import Oddity, judge
from grocery.payments.services import (
    credit,
    disputes,
    observe,
    renewing,
    request_cancellation,
    request_capture,
    settle,
    take_transfer,
)
from grocery.payments.services.disputes import _moved_money
from grocery.payments.services.intents import intend
from tests.payments.test_any_tender import BOOKS, Tender, tender, till_with_books
from tests.payments.test_bank_notices import offered

__all__ = ["offered", "tender", "till_with_books"]

pytestmark = [BOOKS, pytest.mark.timeout(300)]
EVERY: Final = os.environ.get("TENDER_MISTAKES") == "all"


# --- what happens -------------------------------------------------------------------------------------------------
def placed(it: Tender, method: str = "card", *, begun: str = "placed", credit: int = 0, week: bool = False) -> None:
    it.place(tender=method, goods=[100_000, 104_001], credit=credit, begun=begun, another_week=week)


def unheard(it: Tender, operation: str, kind: str = "cut") -> None:
    """Neither the call nor its repetition by the library is answered."""
    for _ in range(2):
        it.fail(operation, kind)


def began_unheard(it: Tender) -> None:
    placed(it)
    unheard(it, "authorise")
    it.looked_at(0, "waits")
    it.clock(3, 0)
    it.looked_at(0, "pays")


def given_back_unheard(it: Tender) -> None:
    placed(it, begun="packed")
    it.relay(0)
    it.given_back(20_000, 0, to_credit=False)
    unheard(it, "refund", "cut_before")
    it.relay(0)
    it.clock(3, 0)


def taken_unheard(it: Tender) -> None:
    """Nor does a notice tell of it."""
    placed(it, begun="packed")
    unheard(it, "capture")
    it.till.sandbox.fault("capture", "never")
    it.relay(0)
    it.nobody_doubts_for_long()


def sent_more(it: Tender) -> None:
    placed(it, "bank_transfer")
    it.looked_at(0, "pays", 20_000)
    it.calm(1)


def kept_less_than_taken(it: Tender) -> None:
    placed(it, "momo", begun="packed")


def packed(it: Tender) -> None:
    placed(it, begun="packed")


def raised_in_vain(it: Tender) -> None:
    """As it is weighed, what was held first is enough."""
    placed(it, begun="paid")
    it.raised(100_000, None)
    it.looked_at(0, "pays")
    it.calm(1)
    it.sealed(104_001, 0)


def held_anew(it: Tender) -> None:
    placed(it, begun="paid", week=True)
    it.most_of_a_week_goes_by(0)
    it.calm(1)
    it.sealed(0, 0)


def paid_with_credit(it: Tender) -> None:
    placed(it, credit=30_000, begun="packed")
    it.given_back(20_000, 0, to_credit=True)


def disputed(it: Tender) -> None:
    packed(it)
    it.calm(1)
    it.a_bank_disputes_or_decides("won")
    it.calm(1)
    it.a_bank_disputes_or_decides("won")


def called_off(it: Tender) -> None:
    placed(it, begun="paid")
    it.called_off(0)


# --- mistakes -----------------------------------------------------------------------------------------------------
def more_is_exact(*told: Any, **about: Any) -> Oddity:
    found = judge(*told, **about)
    return Oddity.NONE if found is Oddity.MORE else found


def always_fresh(call: Any, now: Any) -> Any:
    """Whatever was not answered is asked under another key."""
    if call.state != CallState.UNKNOWN:
        return call
    call.state = CallState.REFUSED
    call.save(update_fields=["state"])
    return intend(call.payment, Operation(call.operation), request=call.request, now=now, part=call.part)


def nothing(*_: object, **__: object) -> None:
    return None


def told_nobody(payment: Any, why: Any, *, now: Any) -> None:
    """Let go with us alone."""
    payment.cancel_requested_at, payment.let_go = now, why
    payment.save(update_fields=["cancel_requested_at", "let_go"])


def as_if_new(dispute: Any, seen: Any, now: Any) -> Any:
    dispute.withdrawn = 0
    return _moved_money(dispute, seen, now)


def one_more(amount: Any, holds: Any, *, least: Any) -> Any:
    shares = spread_capture(amount, holds, least=least)
    return [shares[0] + dong(1), *shares[1:]]


#: The mistake, what happens, where, what is replaced by what; whether the suite plants it.
MISTAKES: Final[list[tuple[str, Callable[[Tender], None], Any, str, Any, bool]]] = [
    ("more is taken as exact", sent_more, take_transfer, "judge", more_is_exact, True),
    ("odd money is nobody's", sent_more, take_transfer, "put_aside", nothing, False),
    ("a payment is begun anew under another key", began_unheard, settle, "_with_fresh_key", always_fresh, True),
    ("money goes back anew under another key", given_back_unheard, settle, "_with_fresh_key", always_fresh, True),
    ("nobody asks what is in doubt", taken_unheard, payments, "reconcile", nothing, False),
    ("a wallet keeps what is not kept", kept_less_than_taken, observe, "return_excess", nothing, True),
    ("more is taken than it comes to", packed, request_capture, "spread_capture", one_more, False),
    ("all is taken where a part would do", packed, StripeProvider, "captures_whole", True, False),
    ("a hold that is not needed stays", raised_in_vain, request_capture, "let_go", told_nobody, False),
    ("both holds stay", held_anew, renewing, "let_go", told_nobody, False),
    ("what is called off stays held", called_off, request_cancellation, "let_go", told_nobody, False),
    ("credit never comes back", paid_with_credit, credit, "come_back", nothing, False),
    ("what a bank took is told again", disputed, disputes, "_moved_money", as_if_new, False),
]


def sees_a_mistake(machine: type[Tender], act: Callable[[Tender], None]) -> bool:
    it = machine()
    try:
        act(it)
        it.teardown()
    except AssertionError:
        return True
    return False


def test_the_machine_sees_each_mistake_and_none_where_there_is_none(
    tender: type[Tender], monkeypatch: pytest.MonkeyPatch
):
    planted = [one for one in MISTAKES if EVERY or one[-1]]
    made_up = [act.__name__ for act in dict.fromkeys(one[1] for one in planted) if sees_a_mistake(tender, act)]
    unseen = []
    for name, act, where, what, wrong, _ in planted:
        with monkeypatch.context() as mistaken:
            mistaken.setattr(where, what, wrong)
            if not sees_a_mistake(tender, act):
                unseen.append(name)
    assert made_up == []
    assert unseen == []
