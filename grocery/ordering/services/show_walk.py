"""The walk through the store: what to take where, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.money import dong
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts.picking import LotToTake, Spot, Walk, WalkItem
from grocery.ordering.services import show_picking


def walk(*, wave_id: UUID, store_id: UUID | None) -> Walk:
    """See `public.picking.walk`."""
    wave = show_picking.wave(wave_id=wave_id, store_id=store_id)
    picks = list(models.OrderPick.objects.left_in(wave.id).with_lines())
    crates = _crates(pick.order_id for pick in picks)
    lines = [(pick, line) for pick in picks for line in pick.order.lines.all() if line.quantity > 0]
    spots = _spots({line.sku for _pick, line in lines})
    asked = _asked(pick.order_id for pick in picks)
    kept = inventory.holdings(holders=[pick.order.holder for pick in picks])
    items = [
        _item(
            pick,
            line,
            crates.get((line.order_id, line.sku), ZERO),
            spots.get(line.sku, Spot()),
            kept,
            asked.get((line.order_id, line.sku)),
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
        state=policies.item_state(ordered, found, unit=line.unit, asked=answer_by is not None),
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
    )


def _asked(orders: Iterable[UUID]) -> dict[tuple[UUID, str], datetime | None]:
    """The lines about which the customer is being asked, and until when."""
    questions = models.Substitution.objects.of_orders(orders).open()
    return {(question.order_id, question.sku): question.answer_by for question in questions}


def _crates(orders: Iterable[UUID]) -> dict[tuple[UUID, str], Quantity]:
    found: dict[tuple[UUID, str], Quantity] = {}
    for pick in models.Pick.objects.of_orders(orders).standing():
        of = (pick.order_id, pick.sku)
        found[of] = Quantity(found.get(of, ZERO) + pick.quantity)
    return found


def _spots(skus: Iterable[str]) -> dict[str, Spot]:
    """Where these stand: by department, as far as one can tell."""
    by_category = {
        category: spot for rank, root in enumerate(catalog.categories()) for category, spot in _within(root, rank)
    }
    on_sale = catalog.products_on_sale(skus=[catalog.Sku(sku) for sku in skus])
    return {str(sku): by_category.get(product.category_id, Spot()) for sku, product in on_sale.items()}


def _within(
    category: catalog.Category, rank: int, zone: Spot | None = None
) -> Iterator[tuple[catalog.CategoryId, Spot]]:
    """A department and all below it, each with its spot: the zone is the department's."""
    above = zone or Spot(zone_en=category.name_en, zone_vi=category.name_vi, rank=rank)
    spot = replace(above, cold=policies.kept_cold(category.slug, above=above.cold))
    yield category.id, spot
    for child in category.children:
        yield from _within(child, rank, spot)
