"""The walk through the store: what to take where, in which order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from grocery.inventory import public as inventory
from grocery.kernel.money import dong
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts.picking import Cold, LotToTake, Spot, Walk, WalkItem
from grocery.ordering.contracts.weighing import WeightState
from grocery.ordering.services import show_picking, weighing

_COLD: Final = {
    inventory.Zone.AMBIENT: Cold.AMBIENT,
    inventory.Zone.CHILLED: Cold.CHILLED,
    inventory.Zone.FROZEN: Cold.FROZEN,
}


def walk(*, wave_id: UUID, store_id: UUID | None) -> Walk:
    """See `public.picking.walk`."""
    wave = show_picking.wave(wave_id=wave_id, store_id=store_id)
    picks = list(models.OrderPick.objects.left_in(wave.id).with_lines())
    crates = _crates(pick.order_id for pick in picks)
    lines = [
        (pick, line)
        for pick in picks
        for line in pick.order.lines.all()
        if line.quantity > 0 or (line.order_id, line.sku) in crates
    ]
    spots = _spots({line.sku for _pick, line in lines}, wave.store_id)
    weights = list(models.WeightQuestion.objects.of_orders(pick.order_id for pick in picks))
    asked = _asked((pick.order_id for pick in picks), weights)
    taken = weighing.taken_of(weights)
    kept = inventory.holdings(holders=[pick.order.holder for pick in picks])
    items = [
        _item(
            pick,
            line,
            crates.get((line.order_id, line.sku), ZERO),
            spots.get(line.sku, Spot()),
            kept,
            asked.get((line.order_id, line.sku)),
            weighing.is_taken(taken, line, crates.get((line.order_id, line.sku), ZERO)),
        )
        for pick, line in lines
    ]
    notes = tuple((pick.order.number, pick.order.note) for pick in picks if pick.order.note)
    return Walk(wave=wave, items=policies.walked(items), notes=notes)


def _item(
    pick: models.OrderPick,
    line: models.OrderLine,
    found: Quantity,
    spot: Spot,
    kept: Mapping[str, tuple[inventory.Allocation, ...]],
    answer_by: datetime | None,
    taken: bool,  # noqa: FBT001 - one of an item's parts
) -> WalkItem:
    ordered = Quantity(line.quantity)
    least, most = policies.tolerance(ordered, unit=line.unit)
    return WalkItem(
        order_id=line.order_id,
        number=pick.order.number,
        letter=pick.letter,
        sku=line.sku,
        name_en=line.name_en,
        name_vi=line.name_vi,
        unit=line.unit,
        image=line.image,
        tint=line.tint,
        price=dong(line.price),
        ordered=ordered,
        found=found,
        least=least,
        most=most,
        state=policies.item_state(ordered, found, unit=line.unit, asked=answer_by is not None, taken=taken),
        spot=spot,
        lots=tuple(
            LotToTake(part.lot_code, part.expires_on, part.quantity)
            for part in kept.get(pick.order.holder, ())
            if part.sku == line.sku
        ),
        note=line.note,
        choice=line.substitution,
        replaces=line.replaces,
        answer_by=answer_by,
        piece_weight=line.piece_weight,
    )


def _asked(
    orders: Iterable[UUID], weights: Iterable[models.WeightQuestion]
) -> dict[tuple[UUID, str], datetime | None]:
    """The lines about which the customer is being asked, and until when."""
    instead = models.Substitution.objects.of_orders(orders).open()
    on_the_scale = [question for question in weights if question.state == WeightState.ASKED]
    return {(question.order_id, question.sku): question.answer_by for question in [*instead, *on_the_scale]}


def _crates(orders: Iterable[UUID]) -> dict[tuple[UUID, str], Quantity]:
    found: dict[tuple[UUID, str], Quantity] = {}
    for pick in models.Pick.objects.of_orders(orders).standing():
        of = (pick.order_id, pick.sku)
        found[of] = Quantity(found.get(of, ZERO) + pick.quantity)
    return found


def _spots(skus: Collection[str], store_id: UUID) -> dict[str, Spot]:
    places = inventory.places(skus=skus, location=store_id)
    return {
        sku: Spot(cold=_COLD[place.zone], aisle=place.aisle, shelf=place.shelf, rank=place.order)
        for sku, place in places.items()
    }
