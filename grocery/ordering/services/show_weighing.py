"""Questions about weights as customers and staff see them."""

from __future__ import annotations

from uuid import UUID

from django.core import signing

from grocery.kernel.errors import NotFound
from grocery.kernel.money import dong
from grocery.kernel.quantity import Quantity
from grocery.ordering import models
from grocery.ordering.contracts import OrderId
from grocery.ordering.contracts.weighing import WeightQuestion, WeightQuestionId, WeightState

#: A salt of its own: what opens one kind of question opens no other.
_SIGNER = signing.Signer(salt="ordering.weight")


def token_of(question_id: UUID) -> str:
    """What opens this question without signing in; nobody can make it up."""
    return _SIGNER.sign(question_id.hex)


def named_by(token: str) -> UUID | None:
    """The question about a weight that a token opens; None where it opens none."""
    try:
        return UUID(_SIGNER.unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def question(question_id: UUID) -> WeightQuestion:
    row = models.WeightQuestion.objects.with_id(question_id).with_order().first()
    if row is None:
        raise NotFound("question", question_id)
    return _whole(row)


def of_order(order_id: UUID) -> tuple[WeightQuestion, ...]:
    """All of an order, in the order they came up."""
    return tuple(_whole(row) for row in models.WeightQuestion.objects.of_order(order_id).with_order())


def open_of_store(store_id: UUID | None) -> tuple[WeightQuestion, ...]:
    """All that wait for an answer, the one whose time ends next first."""
    rows = models.WeightQuestion.objects.of_store(store_id).open().next_due().with_order()
    return tuple(_whole(row) for row in rows)


def _whole(row: models.WeightQuestion) -> WeightQuestion:
    line = next(line for line in row.order.lines.all() if line.sku == row.sku)
    return view(row, row.order, line)


def view(row: models.WeightQuestion, order: models.Order, line: models.OrderLine) -> WeightQuestion:
    return WeightQuestion(
        id=WeightQuestionId(row.id),
        order_id=OrderId(order.id),
        number=order.number,
        store_id=order.store_id,
        customer_id=order.customer_id,
        language=order.language,
        zone=order.zone,
        recipient=order.recipient,
        phone=order.phone,
        sku=row.sku,
        name_en=line.name_en,
        name_vi=line.name_vi,
        unit=line.unit,
        piece_weight=line.piece_weight,
        image=line.image,
        tint=line.tint,
        ordered=Quantity(row.ordered),
        weighed=Quantity(row.weighed),
        agreed=dong(row.agreed),
        amount=dong(row.amount),
        state=WeightState(row.state),
        asked_at=row.asked_at,
        answer_by=row.answer_by,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
    )
