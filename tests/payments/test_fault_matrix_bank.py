"""The bank's columns of the fault matrix: every fault of its notices, whatever the transfer is for, ends where it
should without a hand, or in the queue that says why. Nobody can be asked about a transfer: what no notice told, the
day's statement does.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from grocery.kernel.money import Money, dong
from grocery.payments import public as payments
from grocery.payments.contracts import Method
from grocery.payments.models import IncomingTransfer
from tests.payments.conftest import BASKET, COMMITTED, PAYER, Till
from tests.payments.test_bank_notices import offered
from tests.payments.test_fault_matrix import EVERY, MINUTES
from tests.sandbox.faults import NOTICES

__all__ = ["offered"]

pytestmark = COMMITTED
RAISED: Final = dong(400_000)
#: Beside what notices can suffer: we took it, and died before the bank had our answer.
CUT: Final = "cut"
FAULTS: Final = [*NOTICES, CUT]
OPERATIONS: Final = ["paid", "raised", "parts", "off"]
FEW: Final = {
    ("paid", "duplicate"),
    ("paid", "wrong_amount"),
    ("paid", CUT),
    ("off", "bad_signature"),
    ("parts", "never"),
}
#: Where each ends once everything is told; what is told of a wrong transfer waits for a person, by its reason.
GOOD: Final = {
    "paid": "captured, kept 345,000",
    "raised": "captured, kept 400,000",
    "parts": "captured, kept 345,000",
    "off": "captured, kept 0, a person gives back 345,000",
}
WRONG: Final = {
    ("paid", "wrong_amount"): "pending, a person: otherwise",
    ("paid", "wrong_currency"): "pending, a person: other_currency",
    ("raised", "wrong_amount"): "captured, kept 345,000, a person: otherwise",
    ("raised", "wrong_currency"): "captured, kept 345,000, a person: other_currency",
    ("parts", "wrong_amount"): "pending, a person: otherwise",
    ("parts", "wrong_currency"): "pending, a person: other_currency",
    ("off", "wrong_amount"): "cancelled, a person: otherwise",
    ("off", "wrong_currency"): "cancelled, a person: other_currency",
}


def hear(till: Till, *, died: bool = False) -> None:
    """What is due reaches us, signed just now; what was not answered with yes is told again, and so is what we took
    before we died."""
    bank = till.sandbox.bank
    for notice in bank.take_notices(due=True):
        headers = {name.lower(): text for name, text in notice["headers"].items()}
        try:
            body = notice["body"].encode()
            payments.take_webhook(provider="bank", body=body, headers=headers, now=datetime.now(UTC))
        except payments.BadWebhook:
            bank.tell_again(notice["event"])
        if died:
            bank.tell_again(notice["event"])
    till.deliver()


def pass_time(till: Till, *, died: bool = False) -> None:
    for minute in range(MINUTES):
        till.later(minutes=1)
        till.sandbox.advance(60)
        hear(till, died=died and not minute)


def bring_statement(till: Till, file: Path, of: str = "") -> None:
    """At the end of the day somebody brings what the bank says there was."""
    request = urllib.request.Request(
        f"{till.sandbox.bank.url}/v1/statement?format=csv{of}", headers={"Authorization": "Bearer bank_key_sandbox"}
    )
    with urllib.request.urlopen(request) as answer:
        file.write_bytes(answer.read())
    payments.import_statement(path=file, columns={}, now=till.now)
    till.deliver()


def opened(till: Till) -> tuple[UUID, payments.TransferTo]:
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    return order_id, step_of(till, order_id)


def step_of(till: Till, order_id: UUID) -> payments.TransferTo:
    step = payments.begin_authorisation(order_id=order_id, now=till.now).step
    assert isinstance(step, payments.TransferTo)
    return step


def prepared(till: Till, operation: str) -> tuple[UUID, str, Money]:
    """An order that waits for its transfer, what its customer scans, and how much of it they send."""
    order_id, step = opened(till)
    match operation:
        case "raised":
            till.sandbox.bank.scan(step.qr)
            hear(till)
            till.raise_to(order_id, RAISED)
            step = step_of(till, order_id)
        case "parts":
            till.sandbox.bank.scan(step.qr, amount=BASKET.minor - 45_000)
            hear(till)
            wait_for_the_rest(till, order_id)
            return order_id, step.qr, dong(45_000)
        case "off":
            till.cancel(order_id)
            till.deliver()
    return order_id, step.qr, step.amount


def ends(order_id: UUID) -> str:
    """Where it all stands, in words."""
    view = payments.payment(order_id=order_id)
    owed = [refund.amount.minor for refund in view.refunds if refund.state is payments.RefundState.OWED]
    kept = f", kept {view.captured.minor - sum(owed):,}" if view.captured else ""
    back = f", a person gives back {sum(owed):,}" if owed else ""
    why = sorted(transfer.oddity for transfer in IncomingTransfer.objects.open())
    return f"{view.state}{kept}{back}{', a person: ' if why else ''}{', '.join(why)}"


def cells() -> Iterator[Any]:
    for operation in OPERATIONS:
        for fault in FAULTS:
            if EVERY or (operation, fault) in FEW:
                yield pytest.param(operation, fault, id=f"bank-{operation}-{fault}")


@pytest.mark.parametrize(("operation", "fault"), list(cells()))
def test_a_transfer_whose_notice_goes_wrong(
    till: Till, operation: str, fault: str, record_property: Callable[[str, object], None], tmp_path: Path
):
    order_id, qr, amount = prepared(till, operation)
    if fault != CUT:
        till.sandbox.bank.fault("transfer", fault)
    till.sandbox.bank.scan(qr, amount=amount.minor)
    pass_time(till, died=fault == CUT)
    assert not till.sandbox.faults(), "nothing went wrong"
    told_by_notice = ends(order_id)
    bring_statement(till, tmp_path / "bank.csv")
    end = ends(order_id)
    record_property("end", end if fault != "never" else f"by the statement: {end}")
    assert end == WRONG.get((operation, fault), GOOD[operation])
    assert (told_by_notice == end) is (fault not in {"never", "wrong_amount"}), (
        "the statement brings what is new alone"
    )
    every_transfer_is_somewhere(till, order_id)


def wait_for_the_rest(till: Till, order_id: UUID) -> None:
    """A person has the first part wait."""
    (part,) = IncomingTransfer.objects.open()
    number = payments.payment(order_id=order_id).order_number
    payments.assign_transfer(transfer_id=part.id, order_number=number, by=PAYER, note="the rest comes", now=till.now)


def every_transfer_is_somewhere(till: Till, order_id: UUID) -> None:
    """What the bank has booked is with the order, to the đồng, or in the queue; nothing of it is lost or doubled."""
    booked = till.sandbox.bank.transfers()
    rows = list(IncomingTransfer.objects.all())
    assert sorted(row.reference for row in rows) == sorted(transfer["transaction"] for transfer in booked)
    with_order = sum(row.amount for row in rows if row.standing == "paid")
    assert payments.payment(order_id=order_id).captured.minor == with_order
