"""Where we deliver, when, how many at a time, and what became of each delivery."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from grocery.delivery.contracts import DeliveryState, Mode
from grocery.kernel.ids import new_id

_MODES = [(Mode.DELIVERY.value, _("delivery")), (Mode.PICKUP.value, _("pickup"))]
_STATES = [
    (DeliveryState.SCHEDULED.value, _("scheduled")),
    (DeliveryState.OUT_FOR_DELIVERY.value, _("out for delivery")),
    (DeliveryState.DELIVERED.value, _("delivered")),
    (DeliveryState.FAILED.value, _("failed")),
    (DeliveryState.CANCELLED.value, _("cancelled")),
]
_WEEKDAYS = list(
    enumerate(
        [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]
    )
)
#: Pickup windows belong to a point, delivery windows to none.
_POINT_IF_PICKUP = Q(mode=Mode.PICKUP.value, pickup_point__isnull=False) | Q(
    mode=Mode.DELIVERY.value, pickup_point__isnull=True
)


def _key() -> models.UUIDField[UUID, UUID]:
    return models.UUIDField(primary_key=True, default=new_id, editable=False)


class ZoneQuerySet(models.QuerySet["DeliveryZone"]):
    def of_store(self, store_id: UUID) -> ZoneQuerySet:
        return self.filter(store_id=store_id)

    def with_ward(self, ward_code: str) -> ZoneQuerySet:
        return self.filter(wards__ward_code=ward_code)

    def called(self, name_en: str) -> ZoneQuerySet:
        return self.filter(name_en=name_en)


class DeliveryZone(models.Model):
    """Wards of one store that pay the same fee."""

    id = _key()
    store_id = models.UUIDField(_("store"), db_index=True)
    name_en = models.CharField(_("name in English"), max_length=100)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=100)
    fee = models.BigIntegerField(_("fee, ₫"))
    free_from = models.BigIntegerField(_("free from, ₫"), null=True, blank=True)

    objects = ZoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery zone")
        verbose_name_plural = _("delivery zones")
        ordering: ClassVar[list[str]] = ["store_id", "fee", "name_en"]
        constraints = [
            models.UniqueConstraint(fields=["store_id", "name_en"], name="zone_name_once_per_store"),
            models.CheckConstraint(condition=Q(fee__gte=0), name="zone_fee_not_negative"),
            models.CheckConstraint(condition=Q(free_from__gt=0), name="zone_free_from_positive"),
        ]

    def __str__(self) -> str:
        return self.name_vi


class ZoneWardQuerySet(models.QuerySet["ZoneWard"]):
    def of_zone(self, zone_id: UUID) -> ZoneWardQuerySet:
        return self.filter(zone_id=zone_id)

    def of_store(self, store_id: UUID, ward_codes: Iterable[str]) -> ZoneWardQuerySet:
        return self.filter(store_id=store_id, ward_code__in=list(ward_codes))


class ZoneWard(models.Model):
    """A ward that a store delivers to; in one zone of that store at most."""

    zone = models.ForeignKey(
        DeliveryZone, on_delete=models.CASCADE, related_name="wards", verbose_name=_("zone")
    )
    store_id = models.UUIDField(_("store"))
    ward_code = models.CharField(_("ward"), max_length=16)

    objects = ZoneWardQuerySet.as_manager()

    class Meta:
        verbose_name = _("ward of a zone")
        verbose_name_plural = _("wards of zones")
        constraints = [models.UniqueConstraint(fields=["store_id", "ward_code"], name="ward_once_per_store")]

    def __str__(self) -> str:
        return self.ward_code


class PickupPointQuerySet(models.QuerySet["PickupPoint"]):
    def with_id(self, pickup_point_id: UUID) -> PickupPointQuerySet:
        return self.filter(id=pickup_point_id)

    def of_store(self, store_id: UUID) -> PickupPointQuerySet:
        return self.filter(store_id=store_id)

    def called(self, name_en: str) -> PickupPointQuerySet:
        return self.filter(name_en=name_en)


class PickupPoint(models.Model):
    """Where customers fetch what they ordered."""

    id = _key()
    store_id = models.UUIDField(_("store"), db_index=True)
    name_en = models.CharField(_("name in English"), max_length=100)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=100)
    address = models.CharField(_("address"), max_length=300)
    hours_en = models.CharField(_("hours in English"), max_length=200, blank=True)
    hours_vi = models.CharField(_("hours in Vietnamese"), max_length=200, blank=True)

    objects = PickupPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("pickup point")
        verbose_name_plural = _("pickup points")
        ordering: ClassVar[list[str]] = ["store_id", "name_en"]
        constraints = [
            models.UniqueConstraint(fields=["store_id", "name_en"], name="pickup_point_name_once_per_store")
        ]

    def __str__(self) -> str:
        return self.name_vi


class SlotPlanQuerySet(models.QuerySet["SlotPlan"]):
    def with_id(self, plan_id: UUID) -> SlotPlanQuerySet:
        return self.filter(id=plan_id)


class SlotPlan(models.Model):
    """One window of a store's week, from which slots are opened."""

    id = _key()
    store_id = models.UUIDField(_("store"))
    mode = models.CharField(_("mode"), max_length=10, choices=_MODES, default=Mode.DELIVERY.value)
    pickup_point = models.ForeignKey(
        PickupPoint, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("pickup point")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=_WEEKDAYS)
    starts = models.TimeField(_("starts"), help_text=_("on the store's clock"))
    ends = models.TimeField(_("ends"), help_text=_("on the store's clock"))
    capacity = models.PositiveIntegerField(_("capacity, orders"), validators=[MaxValueValidator(10_000)])
    surcharge = models.BigIntegerField(
        _("surcharge, ₫"), default=0, help_text=_("negative for a quiet window")
    )
    cutoff_minutes = models.PositiveIntegerField(
        _("cut-off, minutes before the start"),
        default=60,
        validators=[MinValueValidator(0), MaxValueValidator(20_160)],
    )

    objects = SlotPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot plan")
        verbose_name_plural = _("slot plans")
        ordering: ClassVar[list[str]] = ["store_id", "mode", "weekday", "starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["store_id", "mode", "pickup_point", "weekday", "starts"],
                name="slot_plan_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(starts__lt=F("ends")), name="slot_plan_starts_before_end"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="slot_plan_weekday"),
            models.CheckConstraint(condition=_POINT_IF_PICKUP, name="slot_plan_point_if_pickup"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"


class SlotQuerySet(models.QuerySet["Slot"]):
    def with_id(self, slot_id: UUID) -> SlotQuerySet:
        return self.filter(id=slot_id)

    def for_delivery(self, store_id: UUID) -> SlotQuerySet:
        return self.filter(store_id=store_id, mode=Mode.DELIVERY.value)

    def for_pickup(self, store_id: UUID, pickup_point_id: UUID) -> SlotQuerySet:
        return self.filter(store_id=store_id, mode=Mode.PICKUP.value, pickup_point_id=pickup_point_id)

    def around(self, now: datetime, *, days: int) -> SlotQuerySet:
        """Those that can lie on one of the next `days` local days, wherever on earth the store is."""
        day = timedelta(days=1)
        return self.filter(starts_at__gt=now - day, starts_at__lt=now + days * day)

    def with_live_taken(self, now: datetime) -> SlotQuerySet:
        """Adds `live_taken`: what is taken when ended holds no longer count."""
        return self.annotate(live_taken=F("taken") - Count("holds", filter=Q(holds__until__lte=now)))

    def by_day_and_start(self) -> SlotQuerySet:
        return self.order_by("day", "starts_at", "id")

    def locked(self, *slot_ids: UUID) -> dict[UUID, Slot]:
        """The slots, their rows locked in key order until the transaction ends."""
        return {slot.id: slot for slot in self.filter(id__in=slot_ids).order_by("id").select_for_update()}

    def with_ended_holds(self, now: datetime, *, limit: int) -> list[Slot]:
        """Some slots that still carry ended holds, locked; those locked by somebody else are passed over."""
        ended = SlotHold.objects.ended(now).values("slot_id")
        return list(self.filter(id__in=ended).order_by("id").select_for_update(skip_locked=True)[:limit])

    def take_one(self, slot_id: UUID) -> bool:
        """Take a place where there is one; whether there was."""
        return bool(self.filter(id=slot_id, taken__lt=F("capacity")).update(taken=F("taken") + 1))

    def give_back_one(self, slot_id: UUID) -> None:
        self.filter(id=slot_id).update(taken=F("taken") - 1)

    def resize(self, slot_id: UUID, capacity: int) -> None:
        self.filter(id=slot_id).update(capacity=capacity)


class Slot(models.Model):
    """A window on one day. `taken` counts deliveries not cancelled, and holds, ended ones until swept."""

    id = _key()
    store_id = models.UUIDField(_("store"))
    mode = models.CharField(_("mode"), max_length=10, choices=_MODES)
    pickup_point = models.ForeignKey(
        PickupPoint, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("pickup point")
    )
    day = models.DateField(_("day"), help_text=_("on the store's calendar"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    cutoff_at = models.DateTimeField(_("cut-off"))
    zone = models.CharField(_("time zone"), max_length=64)
    capacity = models.PositiveIntegerField(_("capacity, orders"))
    taken = models.PositiveIntegerField(_("taken"), default=0)
    surcharge = models.BigIntegerField(_("surcharge, ₫"), default=0)
    #: Only where `with_live_taken` has put it.
    live_taken: int

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering: ClassVar[list[str]] = ["day", "starts_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store_id", "mode", "pickup_point", "starts_at"],
                name="slot_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="slot_never_overbooked"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="slot_starts_before_end"),
            models.CheckConstraint(
                condition=Q(cutoff_at__lte=F("starts_at")), name="slot_cutoff_before_start"
            ),
            models.CheckConstraint(condition=_POINT_IF_PICKUP, name="slot_point_if_pickup"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.starts_at:%H:%M}Z"


class SlotHoldQuerySet(models.QuerySet["SlotHold"]):
    def of_holder(self, holder: str) -> SlotHoldQuerySet:
        return self.filter(holder=holder)

    def in_slot(self, slot_id: UUID) -> SlotHoldQuerySet:
        return self.filter(slot_id=slot_id)

    def live(self, now: datetime) -> SlotHoldQuerySet:
        return self.filter(until__gt=now)

    def ended(self, now: datetime) -> SlotHoldQuerySet:
        return self.filter(until__lte=now)

    def reap(self, slot_ids: Iterable[UUID], now: datetime) -> int:
        """Delete ended holds of these slots, whose rows the caller has locked; their places are free again."""
        with connection.cursor() as cursor:
            cursor.execute(_REAP, {"slots": list(slot_ids), "now": now})
            (reaped,) = cursor.fetchone() or (0,)
        return int(reaped)


_REAP = """
    WITH gone AS (
        DELETE FROM "delivery_slothold" WHERE slot_id = ANY(%(slots)s) AND until <= %(now)s RETURNING slot_id
    ), places AS (
        SELECT slot_id, count(*) AS number FROM gone GROUP BY slot_id
    ), given_back AS (
        UPDATE "delivery_slot" SET taken = taken - number FROM places WHERE id = slot_id
    )
    SELECT count(*) FROM gone
"""


class SlotHold(models.Model):
    """A place kept for a holder, who has one at most. Worth nothing once `until` has come."""

    id = _key()
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="holds", verbose_name=_("slot"))
    holder = models.CharField(_("holder"), max_length=64, unique=True)
    until = models.DateTimeField(_("until"), db_index=True)

    objects = SlotHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot hold")
        verbose_name_plural = _("slot holds")

    def __str__(self) -> str:
        return f"{self.holder} → {self.slot_id}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def of_order(self, order_id: UUID) -> DeliveryQuerySet:
        return self.filter(order_id=order_id)

    def locked(self) -> DeliveryQuerySet:
        return self.select_for_update()


class Delivery(models.Model):
    """One order on its way. Slot and destination are copies: an order is a promise, not a join."""

    id = _key()
    order_id = models.UUIDField(_("order"), unique=True)
    customer_id = models.UUIDField(_("customer"), db_index=True)
    store_id = models.UUIDField(_("store"))
    mode = models.CharField(_("mode"), max_length=10, choices=_MODES)
    state = models.CharField(
        _("state"), max_length=20, choices=_STATES, default=DeliveryState.SCHEDULED.value
    )
    slot = models.ForeignKey(
        Slot, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("slot")
    )
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
            models.CheckConstraint(condition=_POINT_IF_PICKUP, name="delivery_point_if_pickup"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DeliveryState]), name="delivery_state_known"
            ),
            models.CheckConstraint(condition=Q(fee__gte=0), name="delivery_fee_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m} {self.recipient}"


class DeliveryStep(models.Model):
    """What happened to a delivery, when, and by whom. Written once."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="steps", verbose_name=_("delivery")
    )
    state = models.CharField(_("state"), max_length=20, choices=_STATES)
    at = models.DateTimeField(_("at"))
    by = models.UUIDField(_("by"), null=True, blank=True, help_text=_("staff; empty: the system itself"))
    note = models.CharField(_("note"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"{self.at:%d/%m %H:%M} {self.state}"


def lock_holder(holder: str) -> None:
    """Let nobody else move this holder's hold until the transaction ends; also where there is none yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"slot holder {holder}"])


def inside_a_transaction() -> bool:
    """Whether locks would last beyond the statement that takes them."""
    return bool(connection.in_atomic_block)
