"""Goods go from one store to another: drafted, sent, received or brought back.

Between sending and receiving they lie in no store; the transfer accounts for them. Its row is locked first, then the
items of the one store whose shelves change: nobody ever holds two stores' items, so nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory import contracts
from grocery.inventory.contracts import (
    Arrival,
    ChangeKind,
    ChangesRefused,
    RefusedLine,
    StockChange,
    TransferItem,
    TransferMovedOn,
    TransferState,
)
from grocery.inventory.models import Lot, Movement, MovementKind, Posting, StockItem, Transfer, TransferLine
from grocery.inventory.models.transfers import TransferQuerySet
from grocery.inventory.policies import transfers as rules
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce
from grocery.inventory.services.days import today
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.quantity import Quantity


@transaction.atomic
def start_transfer(
    *,
    source: UUID,
    destination: UUID,
    items: Sequence[TransferItem],
    now: datetime,
    by: UUID | None,
    note: str = "",
    send_now: bool = False,
) -> contracts.Transfer:
    """Write down goods that are to go from one store to another; with `send_now` they leave in the same breath.

    Each item names a lot by code and expiry as `change_stock` does; items of one lot add up. A draft moves and
    reserves nothing. Raises ChangesRefused naming every line that cannot go (not there, reserved, expired), Invalid
    for a way from a store to itself, NotFound for a destination that does not exist.
    """
    if source == destination:
        raise Invalid("destination", "Choose another store.", "Hãy chọn một cửa hàng khác.")
    catalog.store(store_id=catalog.StoreId(destination))
    made = Transfer.objects.create(source=source, destination=destination, made_at=now, made_by=by, note=note)
    _add(made, items, now=now)
    return send_transfer(transfer=made.id, now=now, by=by) if send_now else look(transfer=made.id)


@transaction.atomic
def add_to_transfer(*, transfer: UUID, items: Sequence[TransferItem], now: datetime) -> contracts.Transfer:
    """More is to go; of a lot that is on the draft already, so much more. Raises as `start_transfer`, and
    TransferMovedOn once it is sent."""
    found = _locked(transfer)
    _must_be(found, TransferState.DRAFT)
    _add(found, items, now=now)
    return look(transfer=transfer)


@transaction.atomic
def take_off_transfer(*, transfer: UUID, line: UUID) -> contracts.Transfer:
    """A line of a draft is not to go after all; if it is not there any more, nothing happens. Raises
    TransferMovedOn once it is sent, NotFound for a transfer that there is not."""
    found = _locked(transfer)
    _must_be(found, TransferState.DRAFT)
    TransferLine.objects.take_off(found, line)
    return look(transfer=transfer)


@transaction.atomic
def send_transfer(*, transfer: UUID, now: datetime, by: UUID | None) -> contracts.Transfer:
    """The goods of a draft leave their shelves; all or nothing. Sending what is on its way changes nothing.

    Raises Invalid for an empty draft, ChangesRefused for what has been sold, reserved or has expired since,
    TransferMovedOn, NotFound.
    """
    found = _locked(transfer)
    if found.state != TransferState.SENT:
        _must_be(found, TransferState.DRAFT)
        lines = TransferLine.objects.of(found)
        if not lines:
            raise Invalid("lines", "There is nothing to send yet.", "Chưa có hàng để gửi.")
        items = locking.items({line.sku for line in lines}, location=found.source)
        going = {line.lot_id: line.quantity for line in lines}
        _none(rules.depart(going, Lot.objects.states(items), today=today(found.source, now=now)))
        _move({lot: -quantity for lot, quantity in going.items()}, items, found, now=now, by=by)
        found.state, found.sent_at, found.sent_by = TransferState.SENT, now, by
        found.save()
    return look(transfer=transfer)


@transaction.atomic
def receive_transfer(
    *, transfer: UUID, arrivals: Iterable[Arrival], now: datetime, by: UUID | None
) -> contracts.Transfer:
    """The goods are at their destination, in lots of the same code and expiry. Saying the same twice changes nothing.

    `arrivals`: what really came, by line; a line that is not named came as it was sent. What came short or over
    needs a reason and stays written on the line. Raises ChangesRefused for lines without, TransferMovedOn, NotFound.
    """
    found = _locked(transfer)
    lines = look(transfer=transfer).lines
    said = {arrival.line: arrival for arrival in arrivals}
    if strange := said.keys() - {line.id for line in lines}:
        raise NotFound("line", min(strange))
    came, refused = rules.arrive(lines, said)
    _none(refused)
    if found.state == TransferState.RECEIVED and _as_before(lines, came):
        return look(transfer=transfer)
    _must_be(found, TransferState.SENT)
    TransferLine.objects.arrived(came)
    _shelve(found, {line: came[line.id][0] for line in lines}, now=now, by=by)
    _end(found, TransferState.RECEIVED, now=now, by=by)
    return look(transfer=transfer)


@transaction.atomic
def cancel_transfer(*, transfer: UUID, now: datetime, by: UUID | None) -> contracts.Transfer:
    """It does not happen; what is on its way is back in the lots that it left. Raises TransferMovedOn, NotFound."""
    found = _locked(transfer)
    if found.state == TransferState.CANCELLED:
        return look(transfer=transfer)
    if found.state == TransferState.SENT:
        lines = TransferLine.objects.of(found)
        items = locking.items({line.sku for line in lines}, location=found.source)
        _move({line.lot_id: line.quantity for line in lines}, items, found, now=now, by=by)
    else:
        _must_be(found, TransferState.DRAFT)
    _end(found, TransferState.CANCELLED, now=now, by=by)
    return look(transfer=transfer)


def look(*, transfer: UUID) -> contracts.Transfer:
    """One transfer with its lines, in two statements. Raises NotFound."""
    return _one(Transfer.objects.with_lines(), transfer).told()


def in_transit(*, location: UUID, skus: Iterable[str]) -> dict[str, Quantity]:
    """What is on its way to a store, by SKU; a SKU of which nothing is on its way is absent. One statement."""
    return Transfer.objects.in_transit_to(location, skus)


def _add(found: Transfer, items: Sequence[TransferItem], *, now: datetime) -> None:
    """Put lots on the draft, together with what it says of them already."""
    lines = {line.lot_id: line for line in TransferLine.objects.of(found)}
    stocked = locking.items({item.sku for item in items}, location=found.source)
    shelf = {lot.lot_id: lot for lot in Lot.objects.states(stocked)}
    for lot, line in lines.items():
        if lot in shelf:
            shelf[lot].on_hand -= line.quantity
    going, refused = rules.draft(items, map(replace, shelf.values()), today=today(found.source, now=now))
    _none(refused)
    said = {lot: line.quantity for lot, line in lines.items()}
    TransferLine.objects.put(found, {lot: (shelf[lot], more + said.get(lot, 0)) for lot, more in going.items()})


def _locked(transfer: UUID) -> Transfer:
    return _one(Transfer.objects.locked(), transfer)


def _one(transfers: TransferQuerySet, transfer: UUID) -> Transfer:
    found = transfers.named(transfer)
    if found is None:
        raise NotFound("transfer", transfer)
    return found


def _must_be(found: Transfer, state: TransferState) -> None:
    if found.state != state:
        raise TransferMovedOn(TransferState(found.state))


def _none(refused: Sequence[RefusedLine]) -> None:
    if refused:
        raise ChangesRefused(refused)


def _as_before(lines: Iterable[contracts.TransferLine], came: Mapping[UUID, tuple[Decimal, str]]) -> bool:
    """Whether this is what was said when the goods were received: the same form, sent twice."""
    return all(came[line.id] == (line.received, line.reason) for line in lines)


def _shelve(
    found: Transfer, came: Mapping[contracts.TransferLine, Decimal], *, now: datetime, by: UUID | None
) -> None:
    """Put what came into lots of the same code and expiry."""
    there = [line for line, quantity in came.items() if quantity]
    StockItem.objects.add_missing({line.sku for line in there}, location=found.destination)
    items = locking.items({line.sku for line in there}, location=found.destination)
    Lot.objects.open(
        [StockChange(ChangeKind.RECEIVE, line.sku, line.quantity, line.lot_code, line.expires_on) for line in there],
        location=found.destination,
    )
    lots = {(lot.sku, lot.lot_code, lot.expires_on): lot.lot_id for lot in Lot.objects.states(items)}
    gains = {lots[line.sku, line.lot_code, line.expires_on]: came[line] for line in there}
    _move(gains, items, found, now=now, by=by)


def _move(
    gains: Mapping[UUID, Decimal], items: Iterable[StockItem], found: Transfer, *, now: datetime, by: UUID | None
) -> None:
    postings = [Posting(lot, MovementKind.TRANSFERRED, gain, found.note) for lot, gain in gains.items()]
    Movement.objects.post(postings, by=by, reference=found.reference, at=now)
    announce(items, now=now)


def _end(found: Transfer, state: TransferState, *, now: datetime, by: UUID | None) -> None:
    found.state, found.ended_at, found.ended_by = state, now, by
    found.save()
