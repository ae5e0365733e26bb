"""What an order is charged and what of it is taken back, by VAT rate. Pure.

The VAT of a packed order is that of its receipt (`vat_parts`). Within a rate it is shared by goods and fee, and what
comes back takes its share of it along: however an order is cut, its parts are exactly what it was charged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from grocery.kernel.money import Money, dong, spread, total
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts import Adjustment, OfferKind
from grocery.ordering.contracts.charges import OfferAmount, RateAmounts
from grocery.ordering.policies.totals import vat_parts

_NOTHING: Final = dong(0)
#: What lowered a line and has left no row: orders from before offers were explained.
_UNTOLD: Final = Adjustment(None, OfferKind.SKU, "", "", Quantity(Decimal(0)), _NOTHING)


@dataclass(frozen=True, slots=True)
class Share:
    """A line as packed, or the fee: what it costs after offers, what they took off, and which; VAT included."""

    rate: Decimal
    amount: Money
    discount: Money = field(default=_NOTHING)
    effects: Sequence[Adjustment] = ()


def discount_as_packed(discount: Money, ordered: Quantity, packed: Quantity) -> Money:
    """What offers took off so much of a line: the same share as of the goods."""
    return discount if packed == ordered else discount * (packed / ordered)


def charged(lines: Sequence[Share], fee: Share) -> tuple[tuple[RateAmounts, ...], tuple[OfferAmount, ...]]:
    """What is charged, by rate, lowest first; and what of the discounts is whose."""
    found = _by_rate(lines, fee)
    offers = tuple(_offers([*lines, fee]))
    off: dict[Decimal, Money] = defaultdict(lambda: _NOTHING)
    for offer in offers:
        off[offer.rate] += offer.amount
    net_off = {rate: sum((_net(s.discount, rate) for s in lines if s.rate == rate), _NOTHING) for rate in found}
    parts = tuple(
        RateAmounts(
            rate=rate,
            goods=both.goods - both.goods_vat + net_off[rate],
            fee=both.fee - both.fee_vat + (off[rate] - net_off[rate]),
            discount=off[rate],
            vat=both.goods_vat + both.fee_vat,
        )
        for rate, both in found.items()
        if both.goods or both.fee or off[rate]
    )
    return parts, offers


def taken_back(lines: Sequence[Share], fee: Share, *, before: Back, after: Back) -> tuple[RateAmounts, ...]:
    """By how much less is owed once `after` has come back of what was charged, and not just `before`, by rate."""
    found = _by_rate(lines, fee)
    parts = []
    for rate, both in found.items():
        goods, goods_vat = _difference(
            both.goods, both.goods_vat, before.goods.get(rate, _NOTHING), after.goods.get(rate, _NOTHING)
        )
        of_fee = (before.fee, after.fee) if rate == fee.rate else (_NOTHING, _NOTHING)
        fee_back, fee_vat = _difference(both.fee, both.fee_vat, *of_fee)
        if goods or fee_back:
            parts.append(RateAmounts(rate, goods - goods_vat, fee_back - fee_vat, _NOTHING, goods_vat + fee_vat))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Back:
    """What has come back of an order: goods by VAT rate, and fee; VAT included."""

    goods: Mapping[Decimal, Money]
    fee: Money

    @classmethod
    def everything(cls, lines: Iterable[Share], fee: Share) -> Back:
        goods: dict[Decimal, Money] = defaultdict(lambda: _NOTHING)
        for line in lines:
            goods[line.rate] += line.amount
        return cls(dict(goods), fee.amount)


@dataclass(frozen=True, slots=True)
class _Both:
    """What goods and fee at one rate cost, and the VAT in each."""

    goods: Money
    fee: Money
    goods_vat: Money
    fee_vat: Money


def _by_rate(lines: Sequence[Share], fee: Share) -> dict[Decimal, _Both]:
    found = {}
    for part in vat_parts([*((line.rate, line.amount) for line in lines), (fee.rate, fee.amount)]):
        in_fee = fee.amount if part.rate == fee.rate else _NOTHING
        in_goods = part.gross - in_fee
        goods_vat, fee_vat = spread(part.vat, [in_goods.minor, in_fee.minor])
        found[part.rate] = _Both(in_goods, in_fee, goods_vat, fee_vat)
    return found


def _difference(whole: Money, vat: Money, before: Money, after: Money) -> tuple[Money, Money]:
    """How much more has come back, and the VAT in it."""
    return after - before, _share(vat, after, whole) - _share(vat, before, whole)


def _share(vat: Money, back: Money, whole: Money) -> Money:
    return spread(vat, [back.minor, (whole - back).minor])[0] if whole else _NOTHING


def _offers(shares: Iterable[Share]) -> Iterable[OfferAmount]:
    """What each offer took off at each rate, net of VAT, in the order in which they are met."""
    sums: dict[tuple[Decimal, UUID | OfferKind], list[Money]] = {}
    words: dict[tuple[Decimal, UUID | OfferKind], Adjustment] = {}
    for share in shares:
        effects = list(share.effects) or [_UNTOLD]
        parts = spread(_net(share.discount, share.rate), [-effect.amount.minor for effect in effects])
        for effect, part in zip(effects, parts, strict=True):
            key = (share.rate, effect.offer_id or effect.kind)
            words.setdefault(key, effect)
            sums.setdefault(key, []).append(part)
    for key, amounts in sums.items():
        effect = words[key]
        if whole := total(amounts):
            yield OfferAmount(key[0], effect.offer_id, effect.kind.value, effect.name_en, effect.name_vi, whole)


def _net(gross: Money, rate: Decimal) -> Money:
    exact = gross.minor * 100 / (100 + rate)
    return dong(int(exact.to_integral_value(ROUND_HALF_UP)))
