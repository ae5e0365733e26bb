"""The part of the face for what runs out: proposing, replacing, leaving out, asking and answering.

Everything here takes the order's lock, so of an answer, the time limit, another change by staff and a cancellation at
the same moment exactly one takes effect. Quantities are in the product's own unit. What is replaced or left out is
not charged: the order's total falls at once, and packing charges what is packed.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts import Candidate, Substitution, SubstitutionId
from grocery.ordering.services import answering, show_substitutions, substituting


def propose_substitutes(
    *, order_id: UUID, sku: str, quantity: Quantity, by: Principal, now: datetime
) -> tuple[Candidate, ...]:
    """What may stand in for so much of a line: what the customer named first, then the most similar; maybe nothing.

    Every candidate keeps each dietary property of the original, adds no allergen, is not in the order yet, and can be
    had for the day of the slot. Its `price` is what the customer would pay, the lower of the two. Nothing is kept by
    asking. Seven statements at most. Raises NotFound, NotInOrder.
    """
    return substituting.propose(order_id=order_id, sku=sku, quantity=quantity, by=by, now=now)


def substitute(
    *,
    order_id: UUID,
    sku: str,
    with_sku: str,
    quantity: Quantity,
    by: Principal,
    now: datetime,
    key: str | None = None,
) -> Substitution:
    """Let `with_sku` stand in for so much of `sku`, by staff, as the customer chose for that line.

    "similar": at once; the line shrinks and the substitute becomes a line of its own (`state` CHOSEN). "ask": the
    customer is asked, the substitute's goods are kept for the order until the answer (`state` ASKED, `answer_by`).
    An earlier open question about the line is withdrawn. From confirmation to packing. Under the same `key`, the
    request's (at most 255 characters), it is done once: the substitution as it is by now.

    Raises NotFound, NotSubstitutable, NotInOrder, NoSubstituteWanted (then only `leave_out` is left), NotASubstitute
    for what `propose_substitutes` would not name; OutOfStock (inventory).
    """
    return substituting.substitute(
        order_id=order_id, sku=sku, with_sku=with_sku, quantity=quantity, by=by, key=key, now=now
    )


def leave_out(
    *, order_id: UUID, sku: str, quantity: Quantity, by: Principal, now: datetime, key: str | None = None
) -> None:
    """So much of a line does not come and is not paid for; an open question about it is withdrawn.

    An order with nothing left in it is cancelled. Once under the same `key`, as `substitute`. Raises NotFound,
    NotSubstitutable, NotInOrder.
    """
    substituting.leave_out(order_id=order_id, sku=sku, quantity=quantity, by=by, key=key, now=now)


def answer(
    *,
    substitution_id: UUID,
    accept: bool,
    now: datetime,
    with_sku: str | None = None,
    customer_id: UUID | None = None,
) -> Substitution:
    """The customer's answer: the proposed substitute, another candidate (`with_sku`), or nothing instead.

    With `customer_id`, only an own question. The same answer again is harmless. Raises NotFound; AnsweredAlready for
    another answer, AnswerTooLate from `answer_by` on, NotASubstitute; OutOfStock (inventory) for another candidate
    that has just been sold.
    """
    return answering.answer(
        substitution_id=substitution_id, accept=accept, with_sku=with_sku, customer_id=customer_id, now=now
    )


def answer_about(
    *, order_id: UUID, sku: str, accept: bool, customer_id: UUID, now: datetime, with_sku: str | None = None
) -> Substitution:
    """The same, for the latest question about a line of one's own order. Raises NothingAsked where none was."""
    return answering.answer_about(
        order_id=order_id, sku=sku, accept=accept, with_sku=with_sku, customer_id=customer_id, now=now
    )


def answer_by_default(*, now: datetime) -> int:
    """Settle the questions whose time is over as announced; how many. Goods that are gone by then are left out."""
    return answering.answer_by_default(now=now)


def decide_substitution(*, substitution_id: UUID, accept: bool, by: Principal, now: datetime) -> Substitution:
    """Staff answer for the customer, who is on the phone; the order's change says who did.

    Also after the time limit, as long as it has not been settled. Raises NotFound (another store's too), Forbidden
    for who is not staff, AnsweredAlready; OutOfStock (inventory).
    """
    return answering.decide(substitution_id=substitution_id, accept=accept, by=by, now=now)


def question(*, substitution_id: UUID) -> Substitution:
    """One substitution, whatever became of it. Raises NotFound."""
    return show_substitutions.question(substitution_id)


def other_substitutes(*, substitution_id: UUID, now: datetime) -> tuple[Candidate, ...]:
    """What else could stand in than what a question proposes; nothing once it is settled."""
    return answering.others(substitution_id=substitution_id, now=now)


def open_questions(*, order_id: UUID) -> tuple[Substitution, ...]:
    """What the customer is being asked about this order, oldest first; one statement."""
    return show_substitutions.open_questions(order_id)


def open_substitutions(*, store_id: UUID | None) -> tuple[tuple[Substitution, str, str], ...]:
    """What customers of a store (None: of all) are being asked, each with recipient and phone; one statement."""
    return show_substitutions.open_of_store(store_id)


def substitutions(*, order_id: UUID) -> tuple[Substitution, ...]:
    """All substitutions of an order, whatever became of them, in the order they came up; one statement."""
    return show_substitutions.substitutions(order_id)


def answer_token(*, substitution_id: UUID) -> str:
    """What opens a question without signing in: put it into the link that only the customer gets."""
    return show_substitutions.token_of(substitution_id)


def question_of_token(*, token: str) -> SubstitutionId:
    """The question that a token opens. Raises NotFound for a token that is not ours."""
    return SubstitutionId(show_substitutions.named_by(token))
