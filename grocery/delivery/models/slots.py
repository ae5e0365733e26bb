"""When we deliver, how many at a time, and who keeps a place."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta
from typing import ClassVar
from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from grocery.delivery.contracts import Mode
from grocery.delivery.models.places import PickupPoint
from grocery.delivery.models.words import MODES, POINT_IF_PICKUP, WEEKDAYS, key
from grocery.kernel import statements

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


_LIVING = """
    SELECT {slot}, hold.until FROM "delivery_slothold" hold JOIN "delivery_slot" slot ON slot.id = hold.slot_id
    WHERE hold.holder = %s AND hold.until > %s
"""
_LOCK_HOLDER = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))"
#: `mine` is read as of before the wait for the slots: who has locked the holder moves it, or nobody does.
_WITH_HOLD = """
    WITH mine AS MATERIALIZED (SELECT * FROM "delivery_slothold" WHERE holder = %(holder)s)
    SELECT {slot}, (SELECT slot_id FROM mine) FROM "delivery_slot" slot
    WHERE slot.id = %(slot)s OR slot.id = (SELECT slot_id FROM mine) ORDER BY slot.id FOR NO KEY UPDATE OF slot
"""
#: The place stays taken, so the slot is not locked. Who reaps ended holds meanwhile waits for this row, or has it.
_CLAIM = """
    WITH mine AS (
        DELETE FROM "delivery_slothold" WHERE holder = %(holder)s AND slot_id = %(slot)s AND until > %(now)s
        RETURNING slot_id
    )
    SELECT {slot} FROM "delivery_slot" slot JOIN mine ON mine.slot_id = slot.id
"""
#: The rows are locked already, so what is taken of them cannot change beside it.
_TAKE = """
    WITH gone AS (
        DELETE FROM "delivery_slothold" WHERE slot_id = ANY(%(slots)s::uuid[]) AND until <= %(now)s RETURNING slot_id
    ), places AS MATERIALIZED (
        SELECT slot.id, slot.taken - (SELECT count(*) FROM gone WHERE slot_id = slot.id) AS taken, slot.capacity
        FROM "delivery_slot" slot WHERE slot.id = ANY(%(slots)s::uuid[])
    ), kept AS (
        UPDATE "delivery_slot" slot
        SET taken = places.taken + CASE WHEN slot.id = %(slot)s AND places.taken < places.capacity THEN 1 ELSE 0 END
        FROM places WHERE slot.id = places.id
    )
    SELECT taken < capacity FROM places WHERE id = %(slot)s
"""


class SlotPlanQuerySet(models.QuerySet["SlotPlan"]):
    def with_id(self, plan_id: UUID) -> SlotPlanQuerySet:
        return self.filter(id=plan_id)

    def ids_of_window(
        self, store_id: UUID, pickup_point_id: UUID | None, weekdays: Collection[int], starts: time
    ) -> list[UUID]:
        """The plans of a window that begins then, Monday's first."""
        window = self.filter(store_id=store_id, pickup_point_id=pickup_point_id, weekday__in=weekdays, starts=starts)
        return list(window.order_by("weekday").values_list("id", flat=True))


class SlotPlan(models.Model):
    """One window of a store's week, from which slots are opened."""

    id = key()
    store_id = models.UUIDField(_("store"))
    mode = models.CharField(_("mode"), max_length=10, choices=MODES, default=Mode.DELIVERY.value)
    pickup_point = models.ForeignKey(
        PickupPoint, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("pickup point")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=WEEKDAYS)
    starts = models.TimeField(_("starts"), help_text=_("on the store's clock"))
    ends = models.TimeField(_("ends"), help_text=_("on the store's clock"))
    capacity = models.PositiveIntegerField(_("capacity, orders"), validators=[MaxValueValidator(10_000)])
    surcharge = models.BigIntegerField(_("surcharge, ₫"), default=0, help_text=_("negative for a quiet window"))
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
            models.CheckConstraint(
                condition=Q(starts__lt=F("ends")),
                name="slot_plan_starts_before_end",
                violation_error_message=_("A window ends after it starts."),
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="slot_plan_weekday"),
            models.CheckConstraint(condition=POINT_IF_PICKUP, name="slot_plan_point_if_pickup"),
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

    def counting_live(self, now: datetime) -> SlotQuerySet:
        """Adds `live_taken`: what is taken when ended holds no longer count."""
        return self.annotate(live_taken=F("taken") - Count("holds", filter=Q(holds__until__lte=now)))

    def with_live_taken(self, now: datetime) -> list[tuple[Slot, int]]:
        """Each slot and what is taken of it, ended holds left out. One statement."""
        return [(row, vars(row)["live_taken"]) for row in self.counting_live(now)]

    def by_day_and_start(self) -> SlotQuerySet:
        return self.order_by("day", "starts_at", "id")

    def locked(self, *slot_ids: UUID) -> dict[UUID, Slot]:
        """The slots, their rows locked in key order until the transaction ends.

        Not their keys: a delivery that comes to refer to one, whose place was held, does not wait for it.
        """
        return {slot.id: slot for slot in self.filter(id__in=slot_ids).order_by("id").select_for_update(no_key=True)}

    def locked_with_hold(self, slot_id: UUID, holder: str) -> tuple[dict[UUID, Slot], UUID | None]:
        """This slot and the one that the holder has a place in, locked in key order; and the id of that one."""
        rows = statements.rows(
            self.db, _WITH_HOLD.format(slot=statements.columns(Slot, "slot")), {"holder": holder, "slot": slot_id}
        )
        slots = [statements.load(Slot, row) for row in rows]
        return {slot.id: slot for slot in slots}, rows[0][-1] if rows else None

    def take_one_of(self, slot_ids: Iterable[UUID], slot_id: UUID, now: datetime) -> bool:
        """Take a place of that slot where there is one; whether there was. Ended holds of all of these locked slots
        give their places back first."""
        found = statements.rows(self.db, _TAKE, {"slots": list(slot_ids), "slot": slot_id, "now": now})
        return bool(found and found[0][0])

    def with_ended_holds(self, now: datetime, *, limit: int) -> list[Slot]:
        """Some slots that still carry ended holds, locked; those locked by somebody else are passed over."""
        ended = SlotHold.objects.ended(now).values("slot_id")
        return list(self.filter(id__in=ended).order_by("id").select_for_update(skip_locked=True, no_key=True)[:limit])

    def take_one(self, slot_id: UUID) -> bool:
        """Take a place where there is one; whether there was."""
        return bool(self.filter(id=slot_id, taken__lt=F("capacity")).update(taken=F("taken") + 1))

    def give_back_one(self, slot_id: UUID) -> None:
        self.filter(id=slot_id).update(taken=F("taken") - 1)

    def resize(self, slot_id: UUID, capacity: int) -> None:
        self.filter(id=slot_id).update(capacity=capacity)


class Slot(models.Model):
    """A window on one day. `taken` counts deliveries not cancelled, and holds, ended ones until swept."""

    id = key()
    store_id = models.UUIDField(_("store"))
    mode = models.CharField(_("mode"), max_length=10, choices=MODES)
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
            models.CheckConstraint(condition=Q(cutoff_at__lte=F("starts_at")), name="slot_cutoff_before_start"),
            models.CheckConstraint(condition=POINT_IF_PICKUP, name="slot_point_if_pickup"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.starts_at:%H:%M}Z"


class SlotHoldQuerySet(models.QuerySet["SlotHold"]):
    def of_holder(self, holder: str) -> SlotHoldQuerySet:
        return self.filter(holder=holder)

    def living(self, holder: str, now: datetime) -> tuple[Slot, datetime] | None:
        """The slot that the holder has a place in, and until when."""
        found = statements.rows(self.db, _LIVING.format(slot=statements.columns(Slot, "slot")), [holder, now])
        return (statements.load(Slot, found[0]), found[0][-1]) if found else None

    def claim(self, holder: str, slot_id: UUID, now: datetime) -> Slot | None:
        """End the holder's live hold of this slot, whose place stays taken; the slot, not locked. None: no hold."""
        values = {"holder": holder, "slot": slot_id, "now": now}
        found = statements.rows(self.db, _CLAIM.format(slot=statements.columns(Slot, "slot")), values)
        return statements.load(Slot, found[0]) if found else None

    def in_slot(self, slot_id: UUID) -> SlotHoldQuerySet:
        return self.filter(slot_id=slot_id)

    def ended(self, now: datetime) -> SlotHoldQuerySet:
        return self.filter(until__lte=now)

    def reap(self, slot_ids: Iterable[UUID], now: datetime) -> int:
        """Delete ended holds of these slots, locked by the caller, and give their places back; how many."""
        with connection.cursor() as cursor:
            cursor.execute(_REAP, {"slots": list(slot_ids), "now": now})
            (reaped,) = cursor.fetchone() or (0,)
        return int(reaped)


class SlotHold(models.Model):
    """A place kept for a holder, who has one at most. Worth nothing once `until` has come."""

    id = key()
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="holds", verbose_name=_("slot"))
    holder = models.CharField(_("holder"), max_length=64, unique=True)
    until = models.DateTimeField(_("until"), db_index=True)

    objects = SlotHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot hold")
        verbose_name_plural = _("slot holds")

    def __str__(self) -> str:
        return f"{self.holder} → {self.slot_id}"


def lock_holder(holder: str) -> None:
    """Let nobody else move this holder's hold until the transaction ends; also where there is none yet."""
    statements.rows(DEFAULT_DB_ALIAS, _LOCK_HOLDER, [f"slot holder {holder}"])


def inside_a_transaction() -> bool:
    """Whether locks would last beyond the statement that takes them."""
    return bool(connection.in_atomic_block)
