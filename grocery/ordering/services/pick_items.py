"""Goods go into the crate, each handful written down at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import OrderState, QuestionOpen, WeightOutOfTolerance, WrongState
from grocery.ordering.contracts.picking import (
    Checked,
    Handful,
    MoreThanWanted,
    NothingToUndo,
    NotScanned,
    TooShortDated,
    WrongGoods,
)
from grocery.ordering.services import pick_waves, transitions, weighing
from grocery.ordering.services.pick_check import found_of


def check_goods(*, order_id: UUID, sku: str, code: str, by: Principal, now: datetime) -> Checked:
    """See `public.picking.check_goods`."""
    order = models.Order.objects.with_id(order_id).first()
    if order is None or not transitions.may_touch(order, by):
        raise NotFound("order", order_id)
    return _checked(order, line_of(order, sku), code, now)


@transaction.atomic
def pick(*, handful: Handful, by: Principal, now: datetime) -> None:
    """See `public.picking.pick`."""
    order = being_picked(handful.order_id, by=by)
    if models.Pick.objects.with_id(handful.id).exists():
        return
    line = line_of(order, handful.sku)
    if models.Substitution.objects.of_order(order.id).open().about(line.sku).exists():
        raise QuestionOpen(order.number, [line.sku])  # what the customer answers counts on what is in the crate now
    weighing.check_not_asked(order, line.sku)
    if not (handful.code or handful.by_hand):
        raise NotScanned
    goods = _checked(order, line, handful.code, now) if handful.code else Checked()
    lot_read = bool(goods.lot_code or goods.expires_on)
    if not lot_read:
        goods = _as_told(order, line)
    asks = _asks(line, handful)
    models.Pick.objects.create(
        id=handful.id,
        order=order,
        sku=line.sku,
        quantity=handful.quantity,
        lot_code=goods.lot_code,
        expires_on=goods.expires_on,
        lot_read=lot_read,
        by_hand="" if handful.code else handful.by_hand,
        picked_at=now,
        picked_by=by.signed_in(),
    )
    if asks:
        weighing.ask(order, line, _together(line, ZERO), now=now)


@transaction.atomic
def take_out(*, order_id: UUID, sku: str, by: Principal, now: datetime) -> None:
    """See `public.picking.take_out`."""
    order = being_picked(order_id, by=by)
    weighing.check_not_asked(order, sku)
    if not models.Pick.objects.of_orders([order.id]).of_sku(sku).undo(now):
        raise NothingToUndo


@transaction.atomic
def undo_pick(*, wave_id: UUID, by: Principal, now: datetime) -> str:
    """See `public.picking.undo_pick`."""
    last = models.Pick.objects.last_of_wave(wave_id)
    if last is None:
        raise NothingToUndo
    weighing.withdraw(being_picked(last.order_id, by=by), last.sku, by=by, now=now)
    if not models.Pick.objects.with_id(last.id).undo(now):
        raise NothingToUndo
    return last.sku


def being_picked(order_id: UUID, *, by: Principal) -> models.Order:
    """The order, locked, given that `by` is picking it now. Raises NotFound, WrongState, NotYourWave, WavePaused."""
    order = transitions.lock(order_id, by=by)
    check_being_picked(order, by=by)
    return order


def check_being_picked(order: models.Order, *, by: Principal) -> None:
    """Raise unless `by` is picking this locked order now."""
    if order.state != OrderState.PICKING:
        raise WrongState(order.number, OrderState(order.state), OrderState.PICKING)
    pick_waves.working_on(order.id, by=by)


def line_of(order: models.Order, sku: str) -> models.OrderLine:
    """The line of that SKU, of which something is wanted. Raises NotFound."""
    line = next((line for line in models.OrderLine.objects.of_order(order.id) if line.sku == sku), None)
    if line is None or line.quantity <= 0:
        raise NotFound("order line", sku)
    return line


def _checked(order: models.Order, line: models.OrderLine, code: str, now: datetime) -> Checked:
    """What the code says, given that it is the right product and keeps long enough."""
    read = inventory.recognise(code=code, location=order.store_id, now=now)
    if read is None:
        if code.strip().upper() != line.sku.upper():
            raise WrongGoods(line.sku, code.strip(), code.strip())
        return Checked()
    if read.sku != line.sku:
        raise WrongGoods(line.sku, *_names(read.sku or read.scan.gtin, order))
    needed = order.slot_day + timedelta(days=line.min_freshness_days)
    if read.scan.expires_on and read.scan.expires_on < needed:
        raise TooShortDated(read.scan.expires_on, needed)
    return Checked(read.scan.lot_code, read.scan.expires_on, read.quantity, read.scan.gtin)


def _as_told(order: models.Order, line: models.OrderLine) -> Checked:
    """The lot that the page said to take: what a plain code does not say is believed."""
    kept = inventory.holdings(holders=[order.holder]).get(order.holder, ())
    lot = next((part for part in kept if part.sku == line.sku), None)
    return Checked(lot.lot_code, lot.expires_on) if lot else Checked()


def _names(sku: str, order: models.Order) -> tuple[str, str]:
    """What a product is called in both languages; a code that nobody knows is its own name."""
    try:
        product = catalog.product(sku=catalog.Sku(sku), store_id=catalog.StoreId(order.store_id))
    except NotFound:
        return sku, sku
    return product.name_en, product.name_vi


def _together(line: models.OrderLine, more: Quantity) -> Quantity:
    return Quantity(found_of(line.order_id).get(line.sku, ZERO) + more)


def _asks(line: models.OrderLine, handful: Handful) -> bool:
    """Whether the customer has to be asked about so much. Raises unless it may go into the crate."""
    ordered, together = Quantity(line.quantity), _together(line, handful.quantity)
    if handful.ask and policies.may_be_asked(line.sku, ordered, together, unit=line.unit):
        return True
    _check_quantity(line, handful, together)
    return False


def _check_quantity(line: models.OrderLine, handful: Handful, together: Quantity) -> None:
    found = Quantity(together - handful.quantity)
    least, most = policies.tolerance(Quantity(line.quantity), unit=line.unit)
    if line.unit == "piece":
        if handful.quantity != handful.quantity.to_integral_value() or handful.quantity <= 0:
            raise Invalid("quantity", "Whole pieces.", "Số nguyên.")
        if together > most:
            raise MoreThanWanted(line.sku, Quantity(most - found))
    elif together > most or (together < least and not handful.more_follows) or handful.quantity <= 0:
        raise WeightOutOfTolerance(line.sku, Quantity(max(least - found, ZERO)), Quantity(most - found))
