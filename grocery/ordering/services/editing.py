"""The lines of an order as somebody wants them: what is kept, what is dearer, what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grocery.catalog import public as catalog
from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import LineChange, OfferKind, ProductNotSold
from grocery.ordering.services import reckoning, write_change
from grocery.ordering.services.show_cart import on_sale


@dataclass(slots=True)
class Draft:
    """An order's lines as they are to become. `prices`: what each dearer or new SKU costs today."""

    order: models.Order
    lines: list[models.OrderLine]
    changes: list[LineChange]
    less: dict[str, Quantity]
    more: dict[str, Quantity]
    products: Mapping[catalog.Sku, catalog.ProductOnSale]
    prices: dict[str, Money] = field(default_factory=dict)

    @property
    def touched(self) -> set[str]:
        """The SKUs of which there is to be more or less."""
        return {*self.less, *self.more}


def draft(order: models.Order, wanted: Mapping[str, Quantity], *, prices: Mapping[str, Money] | None = None) -> Draft:
    """What has to change, with today's prices, or those agreed before. Nothing is written.

    Raises ProductNotSold for more of what is not sold, QuantityTooLarge, QuantityNotInSteps.
    """
    lines = list(models.OrderLine.objects.of_order(order.id))
    has = {line.sku: Quantity(line.quantity) for line in lines}
    more = {sku: amount for sku, amount in wanted.items() if amount > has.get(sku, ZERO)}
    less = {sku: amount for sku, amount in wanted.items() if amount < has.get(sku, ZERO)}
    products = on_sale(more) if more else {}
    if gone := sorted(more.keys() - products.keys()):
        raise ProductNotSold(gone)
    _check(lines, wanted, more, products)
    today = {sku: prices[sku] if prices else products[catalog.Sku(sku)].price for sku in more}
    return Draft(order, lines, _told(lines, wanted, more, products), less, more, products, today)


def _check(
    lines: Sequence[models.OrderLine],
    wanted: Mapping[str, Quantity],
    more: Mapping[str, Quantity],
    products: Mapping[catalog.Sku, catalog.ProductOnSale],
) -> None:
    """Steps and the most that one order may hold; less of a line may always be had in the steps it came in."""
    for sku, amount in more.items():
        product = products[catalog.Sku(sku)]
        policies.check_quantity(sku, amount, step=product.step, most=product.max_per_order)
    for line in lines:
        if line.sku in wanted and wanted[line.sku] < line.quantity:
            less = Quantity(line.quantity - wanted[line.sku])
            policies.check_reduction(line.sku, Quantity(line.quantity), less, step=line.step)


def _told(
    lines: Sequence[models.OrderLine],
    wanted: Mapping[str, Quantity],
    more: Mapping[str, Quantity],
    products: Mapping[catalog.Sku, catalog.ProductOnSale],
) -> list[LineChange]:
    changed = [
        write_change.of_line(line, after=wanted[line.sku])
        for line in lines
        if wanted.get(line.sku, line.quantity) != line.quantity
    ]
    had = {line.sku for line in lines}
    for sku in more.keys() - had:
        product = products[catalog.Sku(sku)]
        changed.append(LineChange(sku, product.name_en, product.name_vi, product.unit.value, ZERO, more[sku]))
    return sorted(changed, key=lambda change: change.sku)


def write(wanted: Draft) -> list[models.OrderLine]:
    """Let the locked order be as drafted, lines and sums; all its lines afterwards."""
    if wanted.less:
        reckoning.take_off(wanted.order, wanted.lines, wanted.less)
    old = {line.sku: line for line in wanted.lines}
    grown = [old[sku] for sku in wanted.more if sku in old]
    for line in grown:
        _grow(wanted, line)
    models.OrderLine.objects.regrow(grown)
    new = [sku for sku in wanted.more if sku not in old]
    last = max(line.position for line in wanted.lines)
    rows = [_new(wanted, sku, position) for position, sku in enumerate(sorted(new), last + 1)]
    models.OrderLine.objects.bulk_create(rows)
    lines = [*wanted.lines, *rows]
    reckoning.add_up(wanted.order, lines)
    return lines


def _grow(wanted: Draft, line: models.OrderLine) -> None:
    """More of a line: what was agreed keeps its price and its offers, the rest costs today's price."""
    amount, today = wanted.more[line.sku], wanted.prices[line.sku]
    repriced = policies.more_of(Quantity(line.quantity), dong(line.price), wanted=amount, today=today)
    if repriced.kept:
        models.OrderAdjustment.objects.create(
            order=wanted.order,
            sku=line.sku,
            kind=OfferKind.SKU.value,
            name_en="Price agreed for a part",
            name_vi="Giá đã chốt cho một phần",
            quantity=amount,
            amount=-repriced.kept.minor,
        )
    line.price, line.amount = repriced.price.minor, repriced.amount.minor
    line.discount += repriced.kept.minor
    line.quantity = amount


def _new(wanted: Draft, sku: str, position: int) -> models.OrderLine:
    product, amount, price = wanted.products[catalog.Sku(sku)], wanted.more[sku], wanted.prices[sku]
    return models.OrderLine(
        order=wanted.order,
        position=position,
        sku=sku,
        name_en=product.name_en,
        name_vi=product.name_vi,
        price=price.minor,
        unit=product.unit.value,
        vat_rate=product.vat_rate,
        step=product.step,
        piece_weight=product.piece_weight,
        quantity=amount,
        amount=(price * amount).minor,
        min_freshness_days=product.min_freshness_days,
        image=product.image,
        tint=product.tint.value,
    )
