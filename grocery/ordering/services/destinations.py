"""Where an order goes: one of the customer's addresses, or a pickup point of the store."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from grocery.accounts import public as accounts
from grocery.delivery import public as delivery
from grocery.kernel.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Place:
    """What delivery needs to know, and how the order writes it on its label."""

    destination: delivery.Destination
    address: str


def find_place(
    customer_id: UUID, store_id: UUID, address_id: UUID | None, pickup_point_id: UUID | None, note: str
) -> Place:
    """The place that the customer chose. Raises NotFound, also for another's address; Invalid for both or none."""
    customer = accounts.CustomerId(customer_id)
    match address_id, pickup_point_id:
        case UUID(), None:
            return _at_home(accounts.address(customer_id=customer, address_id=address_id), note)
        case None, UUID():
            return _at_point(customer, store_id, pickup_point_id, note)
        case _:
            raise Invalid(
                "address_id",
                "Give either an address or a pickup point.",
                "Hãy chọn một địa chỉ hoặc một điểm nhận hàng.",
            )


def _at_home(address: accounts.Address, note: str) -> Place:
    return Place(
        delivery.Destination(
            recipient=address.recipient,
            phone=address.phone,
            ward_code=address.ward_code,
            ward=address.ward,
            province_code=address.province_code,
            province=address.province,
            street=address.street,
            note=note or address.note,
        ),
        f"{address.street}, {address.ward}, {address.province}",
    )


def _at_point(customer: accounts.CustomerId, store_id: UUID, pickup_point_id: UUID, note: str) -> Place:
    points = {point.id: point for point in delivery.pickup_points(store_id=store_id)}
    point = points.get(delivery.PickupPointId(pickup_point_id))
    if point is None:
        raise NotFound("pickup point", pickup_point_id)
    contact = accounts.contact(customer_id=customer)
    return Place(
        delivery.Destination(recipient=contact.name, phone=contact.phone, note=note, pickup_point_id=point.id),
        f"{point.name_vi}, {point.address}",
    )
