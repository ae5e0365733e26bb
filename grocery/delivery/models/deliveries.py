"""Orders on their way, and what happened to them."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.delivery.contracts import DeliveryState
from grocery.delivery.models.places import PickupPoint
from grocery.delivery.models.slots import Slot
from grocery.delivery.models.words import MODES, POINT_IF_PICKUP, STATES, key
from grocery.kernel import statements


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def of_order(self, order_id: UUID) -> DeliveryQuerySet:
        return self.filter(order_id=order_id)

    def begin(self, delivery: Delivery, step: DeliveryStep) -> None:
        """Write a new delivery and the first thing that happened to it."""
        statements.insert([delivery])
        statements.insert([step])

    def locked(self) -> DeliveryQuerySet:
        return self.select_for_update()


class Delivery(models.Model):
    """One order on its way. Slot and destination are copies: an order is a promise, not a join."""

    id = key()
    order_id = models.UUIDField(_("order"), unique=True)
    customer_id = models.UUIDField(_("customer"), db_index=True)
    store_id = models.UUIDField(_("store"))
    mode = models.CharField(_("mode"), max_length=10, choices=MODES)
    state = models.CharField(_("state"), max_length=20, choices=STATES, default=DeliveryState.SCHEDULED.value)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("slot"))
    day = models.DateField(_("day"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    zone = models.CharField(_("time zone"), max_length=64)
    fee = models.BigIntegerField(_("fee, ₫"))
    recipient = models.CharField(_("recipient"), max_length=200)
    phone = models.CharField(_("phone"), max_length=32)
    ward_code = models.CharField(_("ward code"), max_length=16, blank=True)
    ward = models.CharField(_("ward"), max_length=200, blank=True)
    province_code = models.CharField(_("province code"), max_length=16, blank=True)
    province = models.CharField(_("province"), max_length=200, blank=True)
    street = models.CharField(_("street"), max_length=300, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    pickup_point = models.ForeignKey(
        PickupPoint, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("pickup point")
    )
    driver = models.CharField(_("driver"), max_length=200, blank=True)
    proof_note = models.CharField(_("proof of delivery"), max_length=1000, blank=True)
    booked_at = models.DateTimeField(_("booked"))

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering: ClassVar[list[str]] = ["-starts_at", "id"]
        indexes = [models.Index(fields=["store_id", "state", "starts_at"], name="delivery_board")]
        constraints = [
            models.CheckConstraint(condition=POINT_IF_PICKUP, name="delivery_point_if_pickup"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DeliveryState]), name="delivery_state_known"
            ),
            models.CheckConstraint(condition=Q(fee__gte=0), name="delivery_fee_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m} {self.recipient}"


class DeliveryStep(models.Model):
    """What happened to a delivery, when, and by whom. Written once."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="steps", verbose_name=_("delivery"))
    state = models.CharField(_("state"), max_length=20, choices=STATES)
    at = models.DateTimeField(_("at"))
    by = models.UUIDField(_("by"), null=True, blank=True, help_text=_("staff; empty: the system itself"))
    note = models.CharField(_("note"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"{self.at:%d/%m %H:%M} {self.state}"
