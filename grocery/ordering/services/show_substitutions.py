"""Substitutions as customers and staff see them."""

from __future__ import annotations

from uuid import UUID

from django.core import signing

from grocery.kernel.errors import NotFound
from grocery.kernel.money import dong
from grocery.kernel.quantity import Quantity
from grocery.ordering import models
from grocery.ordering.contracts import (
    OrderId,
    Substituted,
    Substitution,
    SubstitutionDefault,
    SubstitutionId,
    SubstitutionReason,
    SubstitutionState,
)

_SIGNER = signing.Signer(salt="ordering.substitution")


def token_of(substitution_id: UUID) -> str:
    """What opens this question without signing in; nobody can make it up."""
    return _SIGNER.sign(substitution_id.hex)


def named_by(token: str) -> UUID:
    """The question that a token opens. Raises NotFound for one that we did not make."""
    try:
        return UUID(_SIGNER.unsign(token))
    except (signing.BadSignature, ValueError):
        raise NotFound("question", "") from None


def question(substitution_id: UUID) -> Substitution:
    row = models.Substitution.objects.with_id(substitution_id).with_order().first()
    if row is None:
        raise NotFound("question", substitution_id)
    return view(row, row.order)


def substitutions(order_id: UUID) -> tuple[Substitution, ...]:
    """All of an order, in the order they came up; one statement."""
    rows = models.Substitution.objects.of_order(order_id).with_order()
    return tuple(view(row, row.order) for row in rows)


def open_questions(order_id: UUID) -> tuple[Substitution, ...]:
    rows = models.Substitution.objects.of_order(order_id).open().with_order()
    return tuple(view(row, row.order) for row in rows)


def open_of_store(store_id: UUID | None) -> tuple[tuple[Substitution, str, str], ...]:
    rows = models.Substitution.objects.of_store(store_id).open().next_due().with_order()
    return tuple((view(row, row.order), row.order.recipient, row.order.phone) for row in rows)


def view(row: models.Substitution, order: models.Order) -> Substitution:
    return Substitution(
        id=SubstitutionId(row.id),
        order_id=OrderId(order.id),
        number=order.number,
        customer_id=order.customer_id,
        language=order.language,
        original=_original(row),
        substitute=_substitute(row),
        list_price=dong(row.with_list_price),
        reason=SubstitutionReason(row.reason),
        state=SubstitutionState(row.state),
        default=SubstitutionDefault(row.default),
        asked_at=row.asked_at,
        answer_by=row.answer_by,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
    )


def _original(row: models.Substitution) -> Substituted:
    return Substituted(
        sku=row.sku,
        name_en=row.name_en,
        name_vi=row.name_vi,
        unit=row.unit,
        quantity=Quantity(row.quantity),
        price=dong(row.agreed_price),
        image=row.image,
        tint=row.tint,
        piece_weight=row.piece_weight,
    )


def _substitute(row: models.Substitution) -> Substituted:
    return Substituted(
        sku=row.with_sku,
        name_en=row.with_name_en,
        name_vi=row.with_name_vi,
        unit=row.unit,
        quantity=Quantity(row.with_quantity),
        price=dong(row.with_price),
        image=row.with_image,
        tint=row.with_tint,
        piece_weight=row.with_piece_weight,
    )
