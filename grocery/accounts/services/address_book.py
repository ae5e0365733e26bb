"""A customer's addresses. Exactly one of them is the default, from the first one on."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from grocery.accounts import contracts
from grocery.accounts.contracts import ADDRESS_LIMIT, AddressBookFull
from grocery.accounts.models import Address, User, Ward
from grocery.accounts.policies import normalised_phone, one_line, remark
from grocery.kernel.errors import Invalid, NotFound


def addresses(*, customer_id: UUID) -> list[contracts.Address]:
    return [row.as_address() for row in Address.objects.of(customer_id).with_places()]


def address(*, customer_id: UUID, address_id: UUID) -> contracts.Address:
    found = Address.objects.to_bring_to(customer_id, address_id)
    if found is None:
        raise NotFound("address", address_id)
    return found


@transaction.atomic
def save_address(
    *,
    customer_id: UUID,
    address_id: UUID | None,
    recipient: str,
    phone: str,
    province_code: str,
    ward_code: str,
    street: str,
    note: str,
    is_default: bool,
) -> contracts.Address:
    """Add an address, or replace `address_id`."""
    row = Address(
        customer_id=customer_id,
        recipient=one_line(recipient, field="recipient"),
        phone=normalised_phone(phone),
        ward=_ward(province_code, ward_code),
        street=one_line(street, field="street"),
        note=remark(note, field="note"),
    )
    _lock(customer_id)
    kept = list(Address.objects.of(customer_id))
    if address_id is None and len(kept) >= ADDRESS_LIMIT:
        raise AddressBookFull
    if address_id is not None:
        row.id = _among(kept, address_id).id
    others = [other for other in kept if other.id != row.id]
    relieved = any(other.is_default for other in others)
    row.is_default = is_default or not relieved
    if is_default and relieved:
        Address.objects.of(customer_id).default().update(is_default=False)
    row.save(force_insert=address_id is None, force_update=address_id is not None)
    return row.as_address()


@transaction.atomic
def delete_address(*, customer_id: UUID, address_id: UUID) -> None:
    """Remove it; the newest that is left becomes the default if this was it."""
    _lock(customer_id)
    kept = list(Address.objects.of(customer_id))
    gone = _among(kept, address_id)
    gone_was_default, left = gone.is_default, [other for other in kept if other.id != address_id]
    Address.objects.known_as(address_id).delete()
    if gone_was_default and left:
        Address.objects.known_as(left[0].id).update(is_default=True)


def _lock(customer_id: UUID) -> None:
    """One change of a customer's address book at a time."""
    if not User.objects.known_as(customer_id).locked().values("pk").first():
        raise NotFound("customer", customer_id)


def _among(kept: list[Address], address_id: UUID) -> Address:
    for row in kept:
        if row.id == address_id:
            return row
    raise NotFound("address", address_id)


def _ward(province_code: str, ward_code: str) -> Ward:
    ward = Ward.objects.active().coded(ward_code).select_related("province").first()
    if ward is None or ward.province_id != province_code:
        raise Invalid(
            "ward_code",
            "There is no such ward in this province.",
            "Tỉnh, thành phố này không có phường, xã đó.",
        )
    return ward
