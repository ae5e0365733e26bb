"""The part of the face for weights beyond the tolerance: asking, answering, deciding for the customer.

Goods by weight may be packed at 90 to 110 % of what was ordered. What the scale shows beyond that is asked about:
less may be taken, and only what was weighed is paid, or is left out; more is taken at the most that was promised, or
another portion is weighed. Without an answer within SUBSTITUTION_ANSWER_MINUTES it is taken. Everything here takes
the order's lock, so of an answer, the time limit, staff and the sealing of the box at the same moment exactly one is
first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts.weighing import WeightQuestion
from grocery.ordering.services import show_weighing, weighing, weight_answers


def ask_about_weights(
    *, order_id: UUID, weights: Mapping[str, Quantity], by: Principal, now: datetime, needed_only: bool = False
) -> tuple[WeightQuestion, ...]:
    """Ask the customer about these weights, by SKU, of an order that is being picked: all of them, or nothing.

    Nothing is sealed until they are answered; then exactly these weights may be packed. Who picks item by item asks
    by `Handful.ask`. Raises NotFound, WrongState, ProductNotSold, QuestionOpen; NothingToAsk for what may be packed
    as it is, and for pieces; WeightOutOfTolerance for more than twice what was ordered, which is weighed anew.
    `needed_only`: what may be packed as it is, or was agreed on, is left out instead; none left, nobody is asked.
    """
    return weighing.ask_about(order_id=order_id, weights=weights, needed_only=needed_only, by=by, now=now)


def answer_weight(
    *, question_id: UUID, accept: bool, now: datetime, customer_id: UUID | None = None
) -> WeightQuestion:
    """The customer's answer; the same again is harmless. With `customer_id`, only an own question.

    Raises NotFound; AnsweredAlready for another answer, AnswerTooLate from `answer_by` on.
    """
    return weight_answers.answer(question_id=question_id, accept=accept, customer_id=customer_id, now=now)


def answer_weight_of(*, order_id: UUID, sku: str, accept: bool, customer_id: UUID, now: datetime) -> WeightQuestion:
    """The same, for the latest question about a line of one's own order. Raises NothingAsked where none was."""
    return weight_answers.answer_about(order_id=order_id, sku=sku, accept=accept, customer_id=customer_id, now=now)


def decide_weight(*, question_id: UUID, accept: bool, note: str, by: Principal, now: datetime) -> WeightQuestion:
    """Staff answer for the customer, who is on the phone; who and `note` (why, up to 1,000 characters) are kept.

    Also after the time limit, as long as it has not been settled. Raises NotFound (another store's too), Forbidden
    for who is not staff, Invalid without a note, AnsweredAlready.
    """
    return weight_answers.decide(question_id=question_id, accept=accept, note=note, by=by, now=now)


def weigh_by_default(*, now: datetime) -> int:
    """Take what nobody answered about in time as weighed; how many."""
    return weight_answers.answer_by_default(now=now)


def weight_question(*, question_id: UUID) -> WeightQuestion:
    """One question about a weight, whatever became of it. Two statements. Raises NotFound."""
    return show_weighing.question(question_id)


def weight_questions(*, order_id: UUID) -> tuple[WeightQuestion, ...]:
    """All of an order, settled or not, in the order they came up; two statements."""
    return show_weighing.of_order(order_id)


def open_weight_questions(*, store_id: UUID | None) -> tuple[WeightQuestion, ...]:
    """What customers of a store (None: of all) are being asked, the next to end first; two statements."""
    return show_weighing.open_of_store(store_id)


def weight_token(*, question_id: UUID) -> str:
    """What opens a question without signing in: put it into the link that only the customer gets."""
    return show_weighing.token_of(question_id)


def weight_question_of_token(*, token: str) -> UUID | None:
    """The question that a token opens; None where it is not of this kind, or not ours."""
    return show_weighing.named_by(token)
