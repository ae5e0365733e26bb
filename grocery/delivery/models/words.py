"""What the tables have in common: the choices, and the key."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.delivery.contracts import DeliveryState, Mode
from grocery.kernel.ids import new_id

MODES = [(Mode.DELIVERY.value, _("to the door")), (Mode.PICKUP.value, _("pickup"))]
STATES = [
    (DeliveryState.SCHEDULED.value, _("scheduled")),
    (DeliveryState.OUT_FOR_DELIVERY.value, _("out for delivery")),
    (DeliveryState.DELIVERED.value, _("delivered")),
    (DeliveryState.FAILED.value, _("failed")),
    (DeliveryState.CANCELLED.value, _("cancelled")),
]
WEEKDAYS = list(
    enumerate([_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")])
)
#: Pickup windows belong to a point, delivery windows to none.
POINT_IF_PICKUP = Q(mode=Mode.PICKUP.value, pickup_point__isnull=False) | Q(
    mode=Mode.DELIVERY.value, pickup_point__isnull=True
)


def key() -> models.UUIDField[UUID, UUID]:
    return models.UUIDField(primary_key=True, default=new_id, editable=False)
