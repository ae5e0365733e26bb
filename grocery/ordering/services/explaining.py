"""What a planned change means, before anybody agrees to it: each line, each offer, the way, the money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings

from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models
from grocery.ordering.contracts import Adjustment, Edited, EditOutcome, LineEffect, OfferEffect
from grocery.ordering.contracts.plans import Plan
from grocery.ordering.services.planning import Now


def explain(here: Now, plan: Plan) -> Edited:
    """The plan beside the order as it is; as if nothing were to be paid for it."""
    order = here.order
    return Edited(
        EditOutcome.APPLIED,
        plan.total,
        plan.ceiling,
        dong(0),
        total_before=dong(order.total),
        goods=plan.goods,
        goods_before=dong(order.subtotal - order.discount),
        fee=plan.fee - plan.fee_discount,
        fee_before=dong(order.fee - order.fee_discount),
        lines=tuple(_lines(here, plan)),
        offers=tuple(_offers(here, plan)),
        coupons=tuple(code for _offer, code in plan.lost),
        window=plan.window,
        minimum=dong(settings.MINIMUM_ORDER),
    )


def unchanged(order: models.Order) -> Edited:
    """An order that stays as it is."""
    total, fee = dong(order.total), dong(order.fee - order.fee_discount)
    goods = dong(order.subtotal - order.discount)
    return Edited(
        EditOutcome.UNCHANGED,
        total,
        order.ceiling,
        dong(0),
        total_before=total,
        goods=goods,
        goods_before=goods,
        fee=fee,
        fee_before=fee,
        minimum=dong(settings.MINIMUM_ORDER),
    )


@dataclass(frozen=True, slots=True)
class Before:
    """What an order was, for comparing it once it has been written."""

    total: Money
    goods: Money
    lines: Mapping[str, tuple[Quantity, Money]]

    @classmethod
    def of(cls, here: Now) -> Before:
        order = here.order
        lines = {line.sku: (Quantity(line.quantity), dong(line.net)) for line in here.lines}
        return cls(dong(order.total), dong(order.subtotal - order.discount), lines)


def compared(before: Before, order: models.Order, lines: Iterable[models.OrderLine]) -> Edited:
    """The order as it is now beside what it was; fee and offers are as agreed."""
    fee = dong(order.fee - order.fee_discount)
    return Edited(
        EditOutcome.APPLIED,
        dong(order.total),
        order.ceiling,
        dong(0),
        total_before=before.total,
        goods=dong(order.subtotal - order.discount),
        goods_before=before.goods,
        fee=fee,
        fee_before=fee,
        lines=tuple(
            LineEffect(
                line.sku,
                line.name_en,
                line.name_vi,
                line.unit,
                before.lines[line.sku][0],
                Quantity(line.quantity),
                before.lines[line.sku][1],
                dong(line.net),
            )
            for line in lines
            if line.quantity != before.lines[line.sku][0]
        ),
        minimum=dong(settings.MINIMUM_ORDER),
    )


def _lines(here: Now, plan: Plan) -> Iterator[LineEffect]:
    rows = {line.sku: line for line in here.lines}
    for line in plan.lines:
        row = rows.get(line.sku)
        before, cost = (Quantity(row.quantity), dong(row.net)) if row else (ZERO, dong(0))
        if before != line.quantity or cost != line.net:
            yield LineEffect(
                line.sku,
                line.name_en,
                line.name_vi,
                line.unit,
                before,
                line.quantity,
                cost,
                line.net,
                line.adjustments,
            )


@dataclass(slots=True)
class _Both:
    """What one offer takes off in all."""

    words: Adjustment
    before: Money
    after: Money


def _offers(here: Now, plan: Plan) -> Iterator[OfferEffect]:
    """Offers that take off another amount than before, in the order in which they are met."""
    before = [effect.effect() for effect in here.effects]
    after = [effect for line in plan.lines for effect in line.adjustments] + list(plan.fee_effects)
    found: dict[object, _Both] = {}
    for effect in [*before, *after]:
        found.setdefault(_key(effect), _Both(effect, dong(0), dong(0)))
    for sums, effects in (("before", before), ("after", after)):
        for key, off in _sums(effects):
            setattr(found[key], sums, off)
    for both in found.values():
        if both.before != both.after:
            yield OfferEffect(both.words.name_en, both.words.name_vi, both.before, both.after)


def _key(effect: Adjustment) -> object:
    return effect.offer_id or effect.name_en


def _sums(effects: Iterable[Adjustment]) -> Iterable[tuple[object, Money]]:
    sums: dict[object, Money] = defaultdict(lambda: dong(0))
    for effect in effects:
        sums[_key(effect)] -= effect.amount
    return sums.items()
