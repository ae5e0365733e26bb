"""Where we deliver, when, how many at a time, and what became of each delivery."""

from grocery.delivery.models.deliveries import Delivery, DeliveryStep
from grocery.delivery.models.places import DeliveryZone, PickupPoint, PickupPointQuerySet, ZoneQuerySet, ZoneWard
from grocery.delivery.models.slots import (
    Slot,
    SlotHold,
    SlotPlan,
    SlotQuerySet,
    inside_a_transaction,
    lock_holder,
)

__all__ = [
    "Delivery",
    "DeliveryStep",
    "DeliveryZone",
    "PickupPoint",
    "PickupPointQuerySet",
    "Slot",
    "SlotHold",
    "SlotPlan",
    "SlotQuerySet",
    "ZoneQuerySet",
    "ZoneWard",
    "inside_a_transaction",
    "lock_holder",
]
