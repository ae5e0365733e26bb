"""What the checkout page shows: the place, the slots, the sums."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest

from grocery.accounts import public as accounts
from grocery.accounts.public import Address, CustomerId
from grocery.delivery import public as delivery
from grocery.delivery.public import Mode
from grocery.kernel import clock, phones
from grocery.kernel.ids import new_id
from grocery.ordering import public as ordering
from grocery.ordering.public import CartView
from grocery.storefront import credit, slot_grid, substitutes, tenders, till, wording
from grocery.storefront.companies import BuyerForm, known
from grocery.storefront.forms import AddressForm
from grocery.storefront.header import Header, header
from grocery.storefront.plan import change_plan, plan_of

#: How many days of slots are shown, today first.
DAYS: Final = 5
#: Thành phố Hồ Chí Minh, where the shop is at home: what a first address begins with.
_HOME_PROVINCE: Final = "79"


def context(
    request: HttpRequest,
    *,
    form: AddressForm | None = None,
    editing: bool = False,
    problem: str | None = None,
    asked: ordering.SubstitutesProposed | None = None,
    company: BuyerForm | None = None,
) -> dict[str, Any] | None:
    """Everything on the page, or None where the cart is empty.

    The place comes first, for the fee depends on it; what is not chosen yet is the default.
    """
    shop = header(request)
    where = _where(request, shop, shop.who.signed_in())
    shop.plan = plan_of(request)
    cart = shop.cart
    if cart is None or not cart.lines:
        return None
    slot = till.slot_words(cart)
    choices = tenders.choices(cart.total, shop.who.signed_in(), shop.who.language)
    return {
        "cart": cart,
        "lines": till.lines(cart, shop.who.language),
        "sums": till.sums(cart, when=slot, pickup=shop.plan.pickup),
        "slot_words": slot,
        "problem": problem,
        "proposals": substitutes.proposals(asked, cart, shop.who.language) if asked else [],
        "editing": editing or not (where["address"] or shop.plan.pickup),
        "form": form or address_form(initial=_shown_in_form(where["address"], shop)),
        "key": new_id(),
        "plan": shop.plan,
        "company": company or BuyerForm(initial=shop.plan.company or known(None, shop.who.signed_in())),
        "credit": credit.offer(cart, shop.who.signed_in()),
        "tenders": choices,
        "tender": tenders.chosen(shop.plan.method, choices),
        **where,
        **_slots(shop, cart),
    }


def _where(request: HttpRequest, shop: Header, customer_id: CustomerId) -> dict[str, Any]:
    """The addresses and pickup points, and which of them are chosen."""
    plan = plan_of(request)
    addresses = accounts.addresses(customer_id=customer_id)
    points = delivery.pickup_points(store_id=shop.store.id)
    chosen = next((a for a in addresses if str(a.id) == plan.address_id), addresses[0] if addresses else None)
    point = next((p for p in points if str(p.id) == plan.pickup_point_id), points[0] if points else None)
    if chosen and str(chosen.id) != plan.address_id:
        go_to(request, chosen, mode=plan.mode)
    if point and str(point.id) != plan.pickup_point_id:
        change_plan(request, pickup_point_id=str(point.id))
    return {"addresses": addresses, "points": points, "address": chosen, "point": point}


def go_to(request: HttpRequest, address: Address, *, mode: str = Mode.DELIVERY) -> None:
    """Deliver to this address."""
    change_plan(request, mode=str(mode), address_id=str(address.id), ward_code=address.ward_code, place=address.ward)


def _slots(shop: Header, cart: CartView) -> dict[str, Any]:
    """The slot grid for the place that is chosen, or why there is none."""
    if not (shop.plan.pickup_point_id if shop.plan.pickup else shop.plan.ward_code):
        return {"grid": None, "outside": ""}
    now = clock.now()
    try:
        offers = delivery.slots(
            store_id=shop.store.id,
            ward_code=None if shop.plan.pickup else shop.plan.ward_code,
            pickup_point_id=read_id(shop.plan.pickup_point_id) if shop.plan.pickup else None,
            days=DAYS,
            now=now,
            holder=holder_of(cart),
            basket=cart.goods,
        )
    except delivery.OutsideDeliveryArea as error:
        return {"grid": None, "outside": error.text(shop.who.language)}
    return {"grid": slot_grid.grid(offers, today=wording.local(now).date()), "outside": ""}


def holder_of(cart: CartView) -> str:
    """Who holds a slot while this cart is being ordered."""
    assert cart.id is not None, "a cart with lines has an id"
    return ordering.cart_holder(cart_id=cart.id)


def address_form(data: Any = None, *, initial: dict[str, str] | None = None) -> AddressForm:
    """The form for an address, with the wards of the province that it names."""
    province = (data or initial or {}).get("province_code", "")
    return AddressForm(
        data,
        initial=initial,
        provinces=accounts.provinces(),
        wards=accounts.wards(province_code=province) if province else [],
    )


def _shown_in_form(address: Address | None, shop: Header) -> dict[str, str]:
    """The chosen address, to be corrected; without one, who is signed in."""
    if address:
        return AddressForm.values_of(address)
    me = accounts.profile(customer_id=shop.who.signed_in())
    return {"recipient": me.name, "phone": phones.spoken(me.phone), "province_code": _HOME_PROVINCE}


def read_id(text: str) -> UUID | None:
    """An id out of a form; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
