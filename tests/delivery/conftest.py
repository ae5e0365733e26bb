"""A shop in Hồ Chí Minh City that delivers to Bến Thành ward."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.delivery import models
from grocery.delivery import public as delivery
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong

#: A Friday, noon in Hồ Chí Minh City.
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
SOON = NOON + timedelta(minutes=15)
LATER = NOON + timedelta(minutes=20)
BASKET = dong(100_000)
HCMC = "Asia/Ho_Chi_Minh"
BEN_THANH, TAN_DINH, HA_NOI_WARD = "26743", "26737", "00070"


@dataclass
class Shop:
    """What a test says about a store and its slots."""

    store_id: UUID

    def slot(
        self,
        *,
        capacity: int = 1,
        hours_ahead: int = 4,
        store_id: UUID | None = None,
        surcharge: int = 0,
        point: UUID | None = None,
    ) -> UUID:
        """A two-hour slot that starts so many hours after noon; its cut-off is an hour before."""
        starts_at = NOON + timedelta(hours=hours_ahead)
        return models.Slot.objects.create(
            store_id=store_id or self.store_id,
            mode="pickup" if point else "delivery",
            pickup_point_id=point,
            day=(starts_at + timedelta(hours=7)).date(),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            cutoff_at=starts_at - timedelta(hours=1),
            zone=HCMC,
            capacity=capacity,
            surcharge=surcharge,
        ).id

    def offers(self, *, now: datetime = NOON, holder: str | None = None) -> dict[UUID, delivery.SlotOffer]:
        found = delivery.slots(store_id=self.store_id, ward_code=BEN_THANH, now=now, holder=holder)
        return {offer.slot.id: offer for offer in found}

    def state(self, slot_id: UUID, *, now: datetime = NOON, holder: str | None = None) -> str:
        return self.offers(now=now, holder=holder)[delivery.SlotId(slot_id)].state.value

    def book(
        self,
        slot_id: UUID,
        *,
        holder: str = "cart:nobody",
        now: datetime = NOON,
        ward_code: str = BEN_THANH,
        basket: Money = BASKET,
        order_id: UUID | None = None,
        point: delivery.PickupPointId | None = None,
    ) -> UUID:
        """Book as checkout does; returns the order's id."""
        order_id = order_id or new_id()
        with transaction.atomic():
            delivery.book(
                slot_id=slot_id,
                holder=holder,
                order_id=order_id,
                customer_id=new_id(),
                store_id=self.store_id,
                destination=destination(ward_code=ward_code, point=point),
                basket=basket,
                now=now,
            )
        return order_id


def destination(*, ward_code: str = BEN_THANH, point: delivery.PickupPointId | None = None) -> delivery.Destination:
    return delivery.Destination(
        recipient="Nguyễn Thị Lan",
        phone="+84903123456",
        ward_code=ward_code,
        ward="Phường Bến Thành",
        province_code="79",
        province="Thành phố Hồ Chí Minh",
        street="18/3 Lê Anh Xuân",
        pickup_point_id=point,
    )


def hold(slot_id: UUID, holder: str, *, until: datetime = SOON, now: datetime = NOON) -> delivery.SlotHold:
    return delivery.hold(slot_id=slot_id, holder=holder, until=until, now=now)


def taken(slot_id: UUID) -> int:
    """What the row says, ended holds included."""
    return models.Slot.objects.get(id=slot_id).taken


@pytest.fixture
def places(db: None) -> None:
    accounts.prepare_database()


@pytest.fixture
def shop(db: None) -> Shop:
    """Bến Thành costs 15.000 ₫ and is free from 300.000 ₫ on."""
    zone = models.DeliveryZone.objects.create(
        store_id=(store_id := new_id()), name_en="Centre", name_vi="Trung tâm", fee=15_000, free_from=300_000
    )
    models.ZoneWard.objects.create(zone=zone, store_id=store_id, ward_code=BEN_THANH)
    return Shop(store_id)


@pytest.fixture
def store(db: None) -> catalog.Store:
    return save_store("HCM-1", HCMC)


def save_store(code: str, zone: str) -> catalog.Store:
    return catalog.save_store(code=code, name_en=f"Grocery {code}", name_vi=f"Grocery {code}", zone=zone)


def week(store_id: UUID, *, starts: time = time(16), ends: time = time(18), capacity: int = 10) -> None:
    """The same window on every day of the week."""
    delivery.save_slot_plan(store_id=store_id, weekdays=range(7), starts=starts, ends=ends, capacity=capacity)


def days_of(store_id: UUID) -> list[date]:
    return [slot.day for slot in models.Slot.objects.filter(store_id=store_id).order_by("day")]
