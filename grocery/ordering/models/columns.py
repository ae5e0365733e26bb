"""Columns that carts and orders have in common."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from grocery.kernel.ids import new_id
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts import SubstitutionChoice

#: What is wanted when something runs out.
CHOICES = [
    (SubstitutionChoice.SIMILAR.value, _("replace with something similar")),
    (SubstitutionChoice.ASK.value, _("ask the customer")),
    (SubstitutionChoice.NONE.value, _("no substitute")),
]


def key() -> models.UUIDField[UUID, UUID]:
    return models.UUIDField(primary_key=True, default=new_id, editable=False)


def amount_of(
    name: object, *, null: bool = False, default: Quantity | None = None
) -> models.DecimalField[Quantity, Quantity]:
    """A quantity in the product's own unit."""
    more = {} if default is None else {"default": default, "db_default": default}
    return models.DecimalField(name, max_digits=12, decimal_places=3, null=null, **more)  # type: ignore[arg-type]  # lazy text


def weight_of_piece() -> models.DecimalField[Quantity | None, Quantity | None]:
    """What a piece weighs about, of goods that are counted by the piece and paid by weight."""
    return models.DecimalField(_("weight of a piece"), max_digits=12, decimal_places=3, null=True)


def inside_a_transaction() -> bool:
    """Whether locks would last beyond the statement that takes them."""
    return bool(connection.in_atomic_block)
