"""The part of the face for those who fetch the goods: waves, picks, short picks, sealing.

A *wave* is some orders of one store that one person picks in one walk. Everything is written down at once, so that
a walk goes on where it stopped, on whatever device.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from grocery.kernel.principal import Principal
from grocery.ordering.contracts import Candidate
from grocery.ordering.contracts.picking import (
    Checked,
    Handful,
    NewCrate,
    SealedOrder,
    Shortage,
    ShortOutcome,
    WaitingOrder,
    Walk,
    WaveView,
)
from grocery.ordering.services import (
    pick_items,
    pick_seal,
    pick_waves,
    show_picking,
    show_sealed,
    show_walk,
)
from grocery.ordering.services import pick_short as short_picks


def picking_queue(*, store_id: UUID, now: datetime, limit: int = 200) -> tuple[WaitingOrder, ...]:
    """The orders of a store that nobody picks, the next slot first: confirmed, or begun and given back.

    Two statements. An order should be begun `PICKING_LEAD_MINUTES` before its slot; `urgency` says how that stands.
    """
    return show_picking.queue(store_id=store_id, limit=limit, now=now)


def take_wave(
    *,
    store_id: UUID,
    by: Principal,
    now: datetime,
    order_ids: Collection[UUID] | None = None,
    most: int | None = None,
) -> UUID:
    """Take the next orders of the queue, or of `order_ids`, up to `most` (None: PICKING_WAVE_ORDERS); the wave's id.

    Each order goes to exactly one, however many take at the same moment; what others are taking is passed over.
    Confirmed orders become picking. Raises NothingToPick, PickerBusy (one wave each); NotFound for another store.
    """
    most = settings.PICKING_WAVE_ORDERS if most is None else most
    return pick_waves.take_wave(store_id=store_id, order_ids=order_ids, most=most, by=by, now=now)


def pause_wave(*, wave_id: UUID, by: Principal, now: datetime) -> None:
    """Rest: nobody else gets the orders. Again is harmless. Raises NotFound, NotYourWave."""
    pick_waves.pause_wave(wave_id=wave_id, by=by, now=now)


def resume_wave(*, wave_id: UUID, by: Principal, now: datetime) -> None:
    """Go on; what was rested does not count as work. Again is harmless. Raises NotFound, NotYourWave."""
    pick_waves.resume_wave(wave_id=wave_id, by=by, now=now)


def give_back(*, wave_id: UUID, by: Principal, now: datetime) -> None:
    """End a wave: what is not sealed waits for the next picker, with all that is picked of it.

    One's own; managers anybody's. Raises NotFound, NotYourWave.
    """
    pick_waves.give_back(wave_id=wave_id, by=by, now=now)


def take_over(*, wave_id: UUID, by: Principal, now: datetime) -> None:
    """A manager goes on with somebody's wave as it is. Raises Forbidden, NotFound, PickerBusy."""
    pick_waves.take_over(wave_id=wave_id, by=by, now=now)


def wave(*, wave_id: UUID, store_id: UUID | None = None) -> WaveView:
    """One wave that is not over, in two statements. Raises NotFound, also for another store's."""
    return show_picking.wave(wave_id=wave_id, store_id=store_id)


def wave_of(*, picker_id: UUID) -> WaveView | None:
    """What this person is picking; None: nothing."""
    return show_picking.wave_of(picker_id=picker_id)


def waves(*, store_id: UUID) -> tuple[WaveView, ...]:
    """The waves of a store that are not over, the oldest first, in two statements."""
    return show_picking.waves(store_id=store_id)


def walk(*, wave_id: UUID, store_id: UUID | None = None) -> Walk:
    """What is left to fetch in a wave, in walking order, with the lots that are kept for it: eight statements.

    Raises NotFound, also for another store's.
    """
    return show_walk.walk(wave_id=wave_id, store_id=store_id)


def check_goods(*, order_id: UUID, sku: str, code: str, by: Principal, now: datetime) -> Checked:
    """Say whether what was scanned is what the line wants; nothing is written down.

    Reads what `inventory.recognise` reads, or the SKU as it stands on a shelf label. Raises WrongGoods,
    TooShortDated (the code says that it does not keep as promised), UnreadableCode (inventory), NotFound.
    """
    return pick_items.check_goods(order_id=order_id, sku=sku, code=code, by=by, now=now)


def pick(*, handful: Handful, by: Principal, now: datetime) -> None:
    """Put goods of one line into the crate; the same handful again is harmless.

    Pieces up to what is ordered; what is weighed must fit `least` to `most` of the line together with what was
    weighed before, unless `more_follows`. Raises NotScanned, WrongGoods, TooShortDated, UnreadableCode (inventory),
    MoreThanWanted, WeightOutOfTolerance, Invalid; NotYourWave, WavePaused, WrongState, NotFound.
    """
    pick_items.pick(handful=handful, by=by, now=now)


def take_out(*, order_id: UUID, sku: str, by: Principal, now: datetime) -> None:
    """All of a line goes back from the crate to the shelf: it does not come, or another portion is weighed.

    Raises NotFound, WrongState, NotYourWave, WavePaused; QuestionOpen while the customer is asked about it,
    NothingToUndo.
    """
    pick_items.take_out(order_id=order_id, sku=sku, by=by, now=now)


def undo_pick(*, wave_id: UUID, by: Principal, now: datetime) -> str:
    """Take the last handful of a wave out of the crate again; its SKU. It stays to be read.

    Raises NothingToUndo, NotYourWave, WavePaused, NotFound.
    """
    return pick_items.undo_pick(wave_id=wave_id, by=by, now=now)


def instead_of(*, order_id: UUID, sku: str, by: Principal, now: datetime) -> tuple[Candidate, ...]:
    """What may stand in for what is missing of a line; see `propose_substitutes`. Raises NothingMissing, NotFound."""
    return short_picks.instead_of(order_id=order_id, sku=sku, by=by, now=now)


def pick_short(*, shortage: Shortage, by: Principal, now: datetime) -> ShortOutcome:
    """Say that the rest of a line is not there; the same shortage again is harmless.

    What is in the crate of it already stays. With `with_sku` the customer's choice decides: replaced at once, or
    asked with a time limit; without, it is left out and not charged. Raises NothingMissing, and what `substitute`
    and `leave_out` raise; NotYourWave, WavePaused, WrongState, NotFound.
    """
    return short_picks.pick_short(shortage=shortage, by=by, now=now)


def seal(*, order_id: UUID, crates: Sequence[NewCrate], by: Principal, now: datetime) -> None:
    """Close the crates of an order and pack it with what was really picked (see `mark_packed`): tells OrderPicked.

    Raises LinesOpen while a line is neither found nor settled, QuestionOpen while the customer is being asked;
    Invalid for crates; NotYourWave, WavePaused, WrongState, NotFound, and what `mark_packed` raises.
    """
    pick_seal.seal(order_id=order_id, crates=crates, by=by, now=now)


def sealed_order(*, order_id: UUID, store_id: UUID | None = None) -> SealedOrder:
    """An order with its crates, and how long what is in them keeps. Raises NotFound; WrongState before the seal."""
    return show_sealed.sealed_order(order_id=order_id, store_id=store_id)
