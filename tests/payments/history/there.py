"""What whoever moves money has of one order, by the sandbox's own books, in the same words for all."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final
from urllib.parse import parse_qs

from tests.sandbox.momo.codes import AUTHORISED, PROCESSING, SUCCESS, WAITING, final
from tests.sandbox.running import Sandbox

#: Answers that settle nothing: too many requests, somebody else at work.
_NOT_NOW: Final = {409, 429}
#: MoMo's: maintenance, a conflict, and that something is still going on.
_NOT_YET: Final = {10, 43, 7000, WAITING, PROCESSING, AUTHORISED}


@dataclass(frozen=True, slots=True)
class Held:
    """A payment there. `ours` is our payment that it is for; `live`: it is held or taken."""

    name: str
    ours: str
    amount: int
    live: bool
    taken: int


@dataclass(frozen=True, slots=True)
class Given:
    """A refund there that has not failed; `ours` is our name for it."""

    name: str
    ours: str
    amount: int


@dataclass(frozen=True, slots=True)
class Disputed:
    """A dispute there: what the bank took because of it, what it gave again, and what it cost."""

    name: str
    status: str
    withdrawn: int
    reinstated: int
    fee: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that arrived there: what it is for, under which key, and whether its answer is a no for good."""

    what: str
    key: str
    refused: bool


@dataclass(frozen=True, slots=True)
class There:
    held: list[Held] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)

    @property
    def live(self) -> list[Held]:
        return [one for one in self.held if one.live]

    @property
    def taken(self) -> int:
        return sum(one.taken for one in self.held)

    @property
    def back(self) -> int:
        return sum(one.amount for one in self.given)


# --- Stripe -------------------------------------------------------------------------------------------------------
def at_stripe(sandbox: Sandbox) -> There:
    held = [
        Held(
            name=intent["id"],
            ours=intent["metadata"]["payment_id"],
            amount=intent["amount"],
            live=intent["status"] in {"requires_capture", "succeeded"},
            taken=intent["amount_received"],
        )
        for intent in sandbox.objects("payment_intent")
    ]
    refunds = [one for one in sandbox.objects("refund") if one["status"] in {"pending", "succeeded"}]
    return There(held, [Given(one["id"], one["metadata"]["refund_id"], one["amount"]) for one in refunds])


def disputes_at_stripe(sandbox: Sandbox) -> list[Disputed]:
    return [_dispute(one) for one in sandbox.objects("dispute")]


def _dispute(one: Any) -> Disputed:
    moves = one["balance_transactions"]
    amounts = [move["amount"] for move in moves]
    return Disputed(
        name=one["id"],
        status=one["status"],
        withdrawn=-sum(amount for amount in amounts if amount < 0),
        reinstated=sum(amount for amount in amounts if amount > 0),
        fee=sum(move["fee"] for move in moves),
    )


def asked_of_stripe(sandbox: Sandbox, refunds: Mapping[str, str]) -> Iterator[Asked]:
    """`refunds`: by our name for each, what it gives back."""
    for entry in sandbox.get("/_/requests"):
        key, status = entry["idempotency_key"], entry["status"]
        if key:
            refused = status != "cut" and status >= 400 and status not in _NOT_NOW
            yield Asked(_meant_at_stripe(entry, refunds), key, refused)


def _meant_at_stripe(entry: Any, refunds: Mapping[str, str]) -> str:
    """Which payment to begin, which refund to make; else which object to do it to."""
    form = parse_qs(entry["body"])
    if refund := form.get("metadata[refund_id]"):
        return f"refund {refunds[refund[0]]}"
    named = form.get("metadata[payment_id]") or [entry["path"]]
    return f"{entry['operation']} {named[0]}"


# --- MoMo ---------------------------------------------------------------------------------------------------------
def at_momo(sandbox: Sandbox) -> There:
    held = [
        Held(
            name=one["orderId"],
            ours=_payment(one["orderId"]),
            amount=one["amount"],
            live=one["resultCode"] in {SUCCESS, AUTHORISED},
            taken=one["amount"] if one["resultCode"] == SUCCESS else 0,
        )
        for one in sandbox.momo.payments()
    ]
    refunds = [one for one in sandbox.momo.refunds() if one["resultCode"] == SUCCESS]
    return There(held, [Given(one["orderId"], one["orderId"], one["amount"]) for one in refunds])


def asked_of_momo(sandbox: Sandbox, refunds: Mapping[str, str]) -> Iterator[Asked]:
    """A payment goes by the name under which it is begun; a query that finds it over is a no, too."""
    for entry in sandbox.get("/_/momo/requests"):
        fields, code = json.loads(entry["body"]), _code(entry)
        refused = code is not None and code != SUCCESS and code not in _NOT_YET
        match entry["operation"]:
            case "create":
                yield Asked(f"create {_payment(fields['orderId'])}", fields["orderId"], refused)
            case "query" if refused and code is not None and final(code):
                yield Asked(f"create {_payment(fields['orderId'])}", fields["orderId"], refused=True)
            case "confirm":
                yield Asked(f"{fields['requestType']} {fields['orderId']}", fields["requestId"], refused)
            case "refund":
                yield Asked(f"refund {refunds[fields['orderId']]}", fields["requestId"], refused)


def _code(entry: Any) -> int | None:
    """What it answered, if that was heard."""
    if entry["status"] not in {200, 400}:
        return None
    return int(json.loads(entry["answer"])["resultCode"])


def _payment(order_id: str) -> str:
    """`{our payment}-e0r1`."""
    return order_id[:36]


# --- the bank -----------------------------------------------------------------------------------------------------
def at_the_bank(sandbox: Sandbox) -> There:
    """What was sent has been taken."""
    sent = sandbox.bank.transfers()
    return There([Held(one["transaction"], one["transaction"], one["amount"], True, one["amount"]) for one in sent])


# --- what never is ------------------------------------------------------------------------------------------------
def under_another_key(asked: Iterable[Asked]) -> list[str]:
    """What was asked anew under another key though nobody had said no: whoever did not hear the answer has to repeat
    the request as it was, or it may be done twice."""
    by_what: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        by_what[one.what].append(one)
    pairs = (pair for requests in by_what.values() for pair in pairwise(requests))
    return [after.what for before, after in pairs if before.key != after.key and not before.refused]
