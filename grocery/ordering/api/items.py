"""What is in the cart, over HTTP. `Prefer: return=minimal` (RFC 7240) has a change answered without the rest of the
cart, at a third of the cost of 60 lines."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from grocery.kernel import clock
from grocery.kernel.http import asker, prefers_minimal
from grocery.kernel.inputs import Code, Id
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import public as ordering
from grocery.ordering.api import examples
from grocery.ordering.api.carts import answered, line_body, owner, to_owner
from grocery.ordering.api.schemas import Cart, CartLine, ItemInput, QuantityInput, example

router = Router()

_PREFER: Final[dict[str, Any]] = {
    "parameters": [
        {
            "in": "header",
            "name": "Prefer",
            "required": False,
            "schema": {"type": "string", "enum": ["return=minimal", "return=representation"]},
            "description": "`return=minimal`: only the line that was changed; the answer says `Preference-Applied`.",
        }
    ]
}


class ChangedItem(Schema):
    """A change with `Prefer: return=minimal`. `line` as in the cart, null once it is taken out; its `amount` counts
    the offers that need nothing else in the cart. Its `news` stay untold: the cart tells them until they are
    acknowledged. A `version` more than 1 above the one that you know: somebody else changed the cart, read it."""

    cart_id: UUID | None
    token: UUID | None
    version: int
    line_count: int
    line: CartLine | None
    model_config = example(examples.CHANGED_ITEM)


@router.post("/cart/items", response=Cart | ChangedItem, summary="Put something into the cart", openapi_extra=_PREFER)
def add(request: HttpRequest, item: ItemInput, store_id: Id | None = None) -> HttpResponse:
    """Have so much more of a product. Sending it twice adds twice; `PUT cart/items/{sku}` may be repeated."""
    return _change(request, item.sku, Quantity(item.quantity), item.near_expiry, store_id, more=True)


@router.put(
    "/cart/items/{sku}",
    response=Cart | ChangedItem,
    summary="Have exactly so much of a product",
    openapi_extra=_PREFER,
)
def put(request: HttpRequest, sku: Code, item: QuantityInput, store_id: Id | None = None) -> HttpResponse:
    """Set the quantity of one product; 0 takes it out. What is short on the shelf is said on the line."""
    return _change(request, sku, Quantity(item.quantity), item.near_expiry, store_id)


@router.delete(
    "/cart/items/{sku}",
    response=Cart | ChangedItem,
    summary="Take a product out of the cart",
    openapi_extra=_PREFER,
)
def remove(request: HttpRequest, sku: Code, store_id: Id | None = None) -> HttpResponse:
    """The cart without this product, whether it was there or not."""
    return _change(request, sku, ZERO, None, store_id)


def _change(
    request: HttpRequest,
    sku: str,
    quantity: Quantity,
    near_expiry: bool | None,  # noqa: FBT001 - handed on
    store_id: Id | None,
    *,
    more: bool = False,
) -> HttpResponse:
    wanted: dict[str, Any] = {
        "owner": owner(request),
        "sku": sku,
        "quantity": quantity,
        "near_expiry": near_expiry,
        "store_id": store_id,
        "now": clock.now(),
    }
    if prefers_minimal(request):
        return _in_short(request, ordering.change_item(**wanted, add=more))
    return answered(request, ordering.add_item(**wanted) if more else ordering.set_item(**wanted))


def _in_short(request: HttpRequest, changed: ordering.ChangedItem) -> HttpResponse:
    body = {
        "cart_id": changed.cart_id,
        "token": changed.owner.token,
        "version": changed.version,
        "line_count": changed.size,
        "line": line_body(changed.line, asker(request).language) if changed.line else None,
    }
    answer = to_owner(changed.owner, body)
    answer["Preference-Applied"] = "return=minimal"
    return answer
