"""What an order becomes by an edit, worked out whole: goods, offers, coupons, the way. Nothing is written.

See docs/adr/0160.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from grocery.catalog import public as catalog
from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import ZERO, Quantity, quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import Adjustment, LineChange, OfferKind, ProductNotSold, Window, whole_pieces
from grocery.ordering.contracts.plans import Plan, PlannedLine
from grocery.ordering.policies import near_expiry
from grocery.ordering.services import agreed_offers, write_change
from grocery.ordering.services.show_cart import OnSale, on_sale


@dataclass(frozen=True, slots=True)
class Now:
    """A locked order as it is: its lines, what lowers it, and the lots that are kept for it."""

    order: models.Order
    lines: list[models.OrderLine]
    effects: list[models.OrderAdjustment]
    held: tuple[inventory.Allocation, ...]

    @property
    def has(self) -> dict[str, Quantity]:
        return {line.sku: Quantity(line.quantity) for line in self.lines}


def look(order: models.Order) -> Now:
    """In three statements."""
    return Now(
        order,
        list(models.OrderLine.objects.of_order(order.id)),
        models.OrderAdjustment.objects.of_order(order.id),
        inventory.holdings(holders=[order.holder]).get(order.holder, ()),
    )


def plan(here: Now, wanted: Mapping[str, Quantity], *, slot_id: UUID | None, now: datetime) -> Plan:
    """The order with exactly so much of these SKUs, in that slot (None: in its own).

    Raises ProductNotSold for more of what is not sold, QuantityTooLarge, QuantityNotInSteps, MoreThanOrdered;
    NotFound and SlotClosed for a slot that is not for this order.
    """
    order = here.order
    slot = _slot(order, slot_id, now)
    day = slot.day if slot else order.slot_day
    after = here.has | {sku: amount for sku, amount in wanted.items() if amount or sku in here.has}
    products = on_sale([sku for sku, amount in after.items() if amount], on=day)
    _check(here, wanted, products)
    rules = agreed_offers.rules_of(order, after, here.effects, now=now)
    priced = policies.price_edited(
        [_wanted(here, sku, amount, products, day, rules.when) for sku, amount in after.items() if amount],
        running=rules.running,
        agreed=rules.agreed,
    )
    lines = tuple(
        _planned(here, sku, amount, priced.get(sku), products.get(catalog.Sku(sku)), day)
        for sku, amount in after.items()
    )
    goods = dong(sum(line.net.minor for line in lines))
    fee = _fee(order, slot, goods)
    free = policies.fee_adjustment(rules.all, goods=goods, fee=fee)
    counting = [effect.offer_id for line in lines for effect in line.adjustments]
    return Plan(
        changes=tuple(_told(here, after, products)),
        lines=lines,
        fee=fee,
        fee_effects=(free,) if free else (),
        fee_vat_rate=catalog.vat_rate(group=catalog.VAT_OF_DELIVERY, on=day) if slot else order.fee_vat_rate,
        window=Window(slot.id, slot.day, slot.starts_at, slot.ends_at) if slot else None,
        cutoff=slot.cutoff_at if slot else None,
        lost=rules.lost([*counting, *([free.offer_id] if free else [])]),
    )


def additional(here: Now, planned: Plan) -> list[inventory.Demand]:
    """What the order does not hold yet of what it is to become: other goods, more, or fresher ones.

    Near-expiry units are never more than it holds.
    """
    day = planned.window.day if planned.window else here.order.slot_day
    demands = []
    for line in planned.lines:
        held = _held(here, line.sku, None, on=day, freshness=line.min_freshness_days)
        plain = line.quantity - sum((units for _percent, units in line.reduced), start=ZERO) - held
        if plain > 0:
            demands.append(inventory.Demand(catalog.Sku(line.sku), Quantity(plain), line.min_freshness_days))
    return demands


# --- the parts ----------------------------------------------------------------------------------------------------
def _slot(order: models.Order, slot_id: UUID | None, now: datetime) -> delivery.Slot | None:
    if slot_id in {None, order.slot_id}:
        return None
    assert slot_id is not None
    return delivery.slot_for(order_id=order.id, slot_id=slot_id, now=now)


def _check(here: Now, wanted: Mapping[str, Quantity], products: OnSale) -> None:
    """Steps and the most that one order may hold; less of a line may always be had in the steps it came in."""
    has = here.has
    more = {sku: amount for sku, amount in wanted.items() if amount > has.get(sku, ZERO)}
    if gone := sorted(more.keys() - products.keys()):
        raise ProductNotSold(gone)
    for sku, amount in more.items():
        product = products[catalog.Sku(sku)]
        policies.check_quantity(sku, amount, step=product.step, most=product.max_per_order)
    for line in here.lines:
        if line.sku in wanted and wanted[line.sku] < line.quantity:
            less = Quantity(line.quantity - wanted[line.sku])
            policies.check_reduction(line.sku, Quantity(line.quantity), less, step=line.step)


def _wanted(here: Now, sku: str, amount: Quantity, products: OnSale, day: date, when: int) -> policies.Wanted:
    """The line as the pricing rules look at it."""
    row = next((line for line in here.lines if line.sku == sku), None)
    product = products.get(catalog.Sku(sku))
    has = Quantity(row.quantity) if row else ZERO
    parts = policies.keep_first(_parts(row), Quantity(min(amount, has))) if row else ()
    return policies.Wanted(
        sku=sku,
        kept=parts,
        more=Quantity(max(amount - has, ZERO)),
        today=product.price if product else dong(0),
        when=when,
        counted=(row.unit if row else product.unit.value if product else "") == "piece",
        categories=frozenset(product.categories) if product else frozenset(),
        reduced=_near(here, row, parts, day) if row else (),
        settled=_settled(here, row, amount, day) if row and row.settled and parts else None,
    )


def _parts(row: models.OrderLine) -> policies.Parts:
    """What it was agreed at, oldest first; of a settled line the highest price, what lowers it is told."""
    if row.parts and not row.settled:
        return tuple((quantity(text), dong(price), when) for text, price, when in row.parts)
    return ((Quantity(row.quantity), dong(row.price), 0),) if row.quantity else ()


def _near(here: Now, row: models.OrderLine, parts: policies.Parts, day: date) -> tuple[policies.Reduced, ...]:
    """The near-expiry units that the line keeps: those it was promised, as far as they are good on the day.

    They are among the first that were agreed. What is added comes from fresh goods.
    """
    if not row.reduced or not parts:
        return ()
    found: dict[tuple[int, date | None], Quantity] = {}
    for a in here.held:
        if (
            a.sku == row.sku and a.percent and _good(a.expires_on, day)
        ):  # as carts see them: of one day, not of one lot
            found[a.percent, a.expires_on] = Quantity(found.get((a.percent, a.expires_on), ZERO) + a.quantity)
    units = [policies.Reduced(percent, amount, until) for (percent, until), amount in found.items()]
    kept: list[policies.Reduced] = []
    for percent, most in near_expiry.still_reduced(row.reduced, parts[0][0]):
        mine = [one for one in units if one.percent == percent]
        there = Quantity(sum((one.quantity for one in mine), start=ZERO))
        kept += near_expiry.take(whole_pieces(Quantity(min(most, there)), row.piece_weight), mine)
    return tuple(kept)


def _good(expires_on: date | None, day: date) -> bool:
    return expires_on is None or expires_on >= day


def _held(here: Now, sku: str, percent: int | None, *, on: date, freshness: int = 0) -> Quantity:
    """How much of this the order holds at this price, good on that day and so many days after it."""
    until = date.fromordinal(on.toordinal() + freshness)
    mine = [a for a in here.held if a.sku == sku and a.percent == percent and _good(a.expires_on, until)]
    return Quantity(sum((a.quantity for a in mine), start=ZERO))


def _settled(here: Now, row: models.OrderLine, amount: Quantity, day: date) -> tuple[Adjustment, ...]:
    """What lowers a settled line, pro rata of what is left of it; a markdown stays with its units, and no others."""
    mine = [effect.effect() for effect in here.effects if effect.sku == row.sku]
    left = Quantity(min(amount, row.quantity))
    most = dong(row.price) * left
    whole = policies.share(dong(row.discount), of=Quantity(row.quantity), kept=left, most=most)
    parts = policies.shares([-effect.amount for effect in mine], whole=whole)
    promised = Quantity(sum((units for _, units in near_expiry.still_reduced(row.reduced, left)), start=ZERO))
    near = _near(here, row, ((left, dong(row.price), 0),), day)
    kept = Quantity(sum((one.quantity for one in near), start=ZERO))
    return tuple(
        effect
        for e, part in zip(mine, parts, strict=True)
        if (effect := _still(e, part, left, promised, kept)).amount
    )


def _still(e: Adjustment, off: Money, left: Quantity, promised: Quantity, kept: Quantity) -> Adjustment:
    """An effect on what is left; of units near their date only so many are kept as were promised."""
    if e.kind is OfferKind.NEAR_EXPIRY:
        off, left = policies.share(off, of=promised, kept=kept, most=off), min(left, kept)
    return Adjustment(e.offer_id, e.kind, e.name_en, e.name_vi, Quantity(min(e.quantity, left)), -off)


def _planned(
    here: Now,
    sku: str,
    amount: Quantity,
    priced: policies.EditedLine | None,
    product: catalog.ProductOnSale | None,
    day: date,
) -> PlannedLine:
    row = next((line for line in here.lines if line.sku == sku), None) or _new(sku, product)
    settled = bool(row.settled and row.quantity and amount)  # what comes back after all of it had gone is anew
    near = _near(here, row, priced.parts, day) if priced and row.quantity else ()
    reduced: dict[int, Quantity] = {}
    for units in near:
        reduced[units.percent] = Quantity(reduced.get(units.percent, ZERO) + units.quantity)
    return PlannedLine(
        sku=sku,
        name_en=row.name_en,
        name_vi=row.name_vi,
        unit=row.unit,
        price=priced.price if priced else dong(row.price),
        quantity=amount,
        amount=priced.list_amount if priced else dong(0),
        vat_rate=_vat(here.order, row, product, day),
        step=Quantity(row.step) if row.step else None,
        min_freshness_days=row.min_freshness_days,
        image=row.image,
        tint=row.tint,
        parts=priced.parts if priced and not settled and not _by_placing(priced.parts) else (),
        reduced=tuple(reduced.items()),
        adjustments=priced.adjustments if priced else (),
        settled=settled,
        piece_weight=Quantity(row.piece_weight) if row.piece_weight else None,
    )


def _by_placing(parts: policies.Parts) -> bool:
    return [when for _quantity, _price, when in parts] == [0]


def _new(sku: str, product: catalog.ProductOnSale | None) -> models.OrderLine:
    """A line that copies what the catalogue sells; not saved."""
    assert product is not None, "what is wanted anew is sold"
    return models.OrderLine(
        sku=sku,
        name_en=product.name_en,
        name_vi=product.name_vi,
        price=product.price.minor,
        unit=product.unit.value,
        vat_rate=product.vat_rate,
        step=product.step,
        piece_weight=product.piece_weight,
        quantity=ZERO,
        min_freshness_days=product.min_freshness_days,
        image=product.image,
        tint=product.tint.value,
    )


def _vat(order: models.Order, row: models.OrderLine, product: catalog.ProductOnSale | None, day: date) -> Decimal:
    """A line keeps the rate of the day on which it changes hands; another day, the rate of that."""
    if product is None or (row.pk and row.quantity and day == order.slot_day):
        return row.vat_rate
    return product.vat_rate


def _fee(order: models.Order, slot: delivery.Slot | None, goods: Money) -> Money:
    """The way to a new slot as it costs there today; to the agreed one, never dearer than the basket makes it."""
    agreed = dong(order.fee)
    if slot:
        return delivery.fee_for(order_id=order.id, slot_id=slot.id, basket=goods)
    try:
        today = delivery.fee_for(order_id=order.id, slot_id=order.slot_id, basket=goods)
    except delivery.OutsideDeliveryArea:  # what is booked stays booked
        return agreed
    return policies.fee_after(agreed, today, before=dong(order.subtotal - order.discount), after=goods)


def _told(here: Now, after: Mapping[str, Quantity], products: OnSale) -> Sequence[LineChange]:
    rows = {line.sku: line for line in here.lines}
    changed = [
        write_change.of_line(rows.get(sku) or _new(sku, products.get(catalog.Sku(sku))), after=amount)
        for sku, amount in after.items()
        if amount != here.has.get(sku, ZERO)
    ]
    return sorted(changed, key=lambda change: change.sku)
