"""Who picks what: waves are taken, rest, are given back and taken over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from grocery.kernel.errors import Forbidden, NotFound
from grocery.kernel.principal import Principal
from grocery.ordering import models, policies
from grocery.ordering.contracts import OrderState
from grocery.ordering.contracts.picking import NothingToPick, NotYourWave, PickerBusy, WavePaused
from grocery.ordering.services import fulfil_order

#: Who may take other people's work out of their hands.
DECIDERS: Final = frozenset({"manager", "admin"})


def take_wave(*, store_id: UUID, order_ids: Collection[UUID] | None, most: int, by: Principal, now: datetime) -> UUID:
    """See `public.picking.take_wave`."""
    picker = by.signed_in()
    _works_in(store_id, by)
    try:
        return _take(store_id, order_ids, most, picker, by, now)
    except IntegrityError as error:
        raise PickerBusy from error  # the same person on a second device, at the same moment


@transaction.atomic
def _take(
    store_id: UUID, order_ids: Collection[UUID] | None, most: int, picker: UUID, by: Principal, now: datetime
) -> UUID:
    if (before := models.Wave.objects.of_picker(picker).open().first()) and not _ended(before.id, now):
        raise PickerBusy
    wave = models.Wave.objects.create(store_id=store_id, picker_id=picker, started_at=now)
    orders = _claimed(store_id, order_ids, most)
    if not orders:
        raise NothingToPick
    for order in orders:
        if order.state == OrderState.CONFIRMED:
            fulfil_order.begin_picking(order, by=by, now=now)
    letters = policies.letters_left(set())
    models.OrderPick.objects.put(
        models.OrderPick(order=order, wave=wave, letter=letter)
        for order, letter in zip(orders, letters, strict=False)
    )
    return wave.id


def _claimed(store_id: UUID, order_ids: Collection[UUID] | None, most: int) -> list[models.Order]:
    """Orders that are ours alone, their rows locked.

    Whoever takes or gives back an order holds its row. The lock passes over what others hold; what somebody took
    between our looking and our locking is seen by reading once more under the lock.
    """
    waiting = models.Order.objects.of_store(store_id).to_be_picked().among(order_ids)
    orders = waiting.claimed(min(most, len(policies.LETTERS)))
    taken = models.OrderPick.objects.of_orders(order.id for order in orders).in_a_wave()
    return [order for order in orders if order.id not in taken]


@transaction.atomic
def pause_wave(*, wave_id: UUID, by: Principal, now: datetime) -> None:
    """See `public.picking.pause_wave`."""
    _my_wave(wave_id, by).pause(now)


@transaction.atomic
def resume_wave(*, wave_id: UUID, by: Principal, now: datetime) -> None:
    """See `public.picking.resume_wave`."""
    _my_wave(wave_id, by).resume(now)


@transaction.atomic
def give_back(*, wave_id: UUID, by: Principal, now: datetime) -> None:
    """See `public.picking.give_back`."""
    # Orders before waves, like everybody who picks. None is added to a wave later.
    models.Order.objects.in_wave(wave_id).lock_all()
    wave = _open_wave(wave_id, by)
    if wave.picker_id != by.id and by.roles.isdisjoint(DECIDERS):
        raise NotYourWave
    models.OrderPick.objects.left_in(wave.id).let_go()
    wave.end(now)


@transaction.atomic
def take_over(*, wave_id: UUID, by: Principal, now: datetime) -> None:
    """See `public.picking.take_over`."""
    if by.roles.isdisjoint(DECIDERS):
        raise Forbidden
    wave = _open_wave(wave_id, by)
    if wave.picker_id != by.id:
        if models.Wave.objects.of_picker(by.signed_in()).open().exists():
            raise PickerBusy
        wave.hand_to(by.signed_in())
    wave.resume(now)


def end_if_done(wave: models.Wave, *, now: datetime) -> None:
    """End a locked wave of which nothing is left to pick."""
    if not models.OrderPick.objects.left_in(wave.id).exists():
        wave.end(now)


def _ended(wave_id: UUID, now: datetime) -> bool:
    """Whether the wave is over; one whose orders were all cancelled is ended here."""
    wave = models.Wave.objects.locked(wave_id)
    if wave and not wave.ended_at:
        end_if_done(wave, now=now)
    return wave is None or wave.ended_at is not None


def _works_in(store_id: UUID, by: Principal) -> None:
    if by.store_id not in {None, store_id}:
        raise NotFound("store", store_id)


def working_on(order_id: UUID, *, by: Principal) -> models.Wave:
    """The wave in which `by` is picking this order, locked. Raises NotYourWave, WavePaused."""
    pick = models.OrderPick.objects.of_orders([order_id]).first()
    if pick is None or pick.wave_id is None:
        raise NotYourWave
    wave = _my_wave(pick.wave_id, by)
    if wave.paused_at:
        raise WavePaused
    return wave


def _my_wave(wave_id: UUID, by: Principal) -> models.Wave:
    wave = _open_wave(wave_id, by)
    if wave.picker_id != by.id:
        raise NotYourWave
    return wave


def _open_wave(wave_id: UUID, by: Principal) -> models.Wave:
    """The wave, locked; of another store, or ended: not found."""
    wave = models.Wave.objects.locked(wave_id)
    if wave is None or wave.ended_at or by.store_id not in {None, wave.store_id}:
        raise NotFound("wave", wave_id)
    return wave
