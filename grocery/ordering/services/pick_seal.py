"""The crates are counted and closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from grocery.kernel.errors import Invalid
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.ordering import models
from grocery.ordering.contracts.picking import NewCrate
from grocery.ordering.events import OrderedLine, OrderPicked
from grocery.ordering.services import fulfil_order, pick_items, pick_waves
from grocery.ordering.services.pick_check import found_of

_CRATES_MOST: Final = 40
_NUMBER_LONGEST: Final = 40


@transaction.atomic
def seal(*, order_id: UUID, crates: Sequence[NewCrate], by: Principal, now: datetime) -> None:
    """See `public.picking.seal`."""
    order = pick_items.being_picked(order_id, by=by)
    _check(crates)
    found = found_of(order.id)
    models.Crate.objects.put(
        models.Crate(order=order, position=position, number=crate.number, cold=crate.cold.value)
        for position, crate in enumerate(crates, start=1)
    )
    wave = pick_waves.working_on(order.id, by=by)
    models.OrderPick.objects.of_orders([order.id]).seal(now)
    shorts = models.ShortPick.objects.of_orders([order.id])
    stand_ins = [line.sku for line in models.OrderLine.objects.of_order(order.id) if line.replaces]
    publish(
        OrderPicked(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            store_id=order.store_id,
            found=tuple(OrderedLine(sku, quantity) for sku, quantity in found.items()),
            short=tuple(OrderedLine(short.sku, short.missing) for short in shorts),
            substituted=tuple(sku for sku in stand_ins if sku in found),
            crates=len(crates),
        )
    )
    fulfil_order.mark_packed(order_id=order.id, weights=found, by=by, now=now)
    pick_waves.end_if_done(wave, now=now)


def _check(crates: Sequence[NewCrate]) -> None:
    numbers = [crate.number for crate in crates]
    if not 1 <= len(numbers) <= _CRATES_MOST:
        raise Invalid("crates", f"Between 1 and {_CRATES_MOST} crates.", f"Từ 1 đến {_CRATES_MOST} thùng.")
    if len(set(numbers)) < len(numbers):
        raise Invalid("crates", "Each crate once.", "Mỗi thùng một lần.")
    if any(not number or len(number) > _NUMBER_LONGEST or not number.isprintable() for number in numbers):
        raise Invalid("crates", "A number of up to 40 signs.", "Số thùng dài tối đa 40 ký tự.")
