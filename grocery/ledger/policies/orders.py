"""What an order is charged, and what of that is taken back, as entries. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from grocery.ledger.contracts import Account, Draft, EntryKind, Line
from grocery.ledger.contracts.facts import AtOneRate, Charge, Charged, OfOffer, Reduced


def charged(fact: Charged) -> Draft:
    """Owed by the customer; earned net of VAT at list prices, by rate, less what each offer took off."""
    return _draft(
        fact,
        EntryKind.CHARGED,
        f"charged:{fact.order_id}",
        lines=(
            Line(Account.RECEIVABLE, fact.total.minor),
            *(line for part in fact.parts for line in _earned(part)),
            *_discounts(fact.offers),
        ),
        detail={"offers": [_words(offer) for offer in fact.offers]} if fact.offers else {},
    )


def reduced(fact: Reduced) -> Draft:
    """Not owed after all: goods go to the returns, by rate, and the fee's income and the VAT are taken back."""
    return _draft(
        fact,
        EntryKind.REDUCED,
        f"reduced:{fact.return_id}",
        lines=(
            Line(Account.RECEIVABLE, -fact.total.minor),
            *(line for part in fact.parts for line in _given_up(part)),
        ),
        detail={"return": fact.kind},
    )


def _earned(part: AtOneRate) -> Iterator[Line]:
    yield Line(Account.REVENUE, -part.goods.minor, part.rate)
    yield Line(Account.DELIVERY, -part.fee.minor, part.rate)
    yield Line(Account.VAT, -part.vat.minor, part.rate)


def _given_up(part: AtOneRate) -> Iterator[Line]:
    yield Line(Account.RETURNS, part.goods.minor - part.discount.minor, part.rate)
    yield Line(Account.DELIVERY, part.fee.minor, part.rate)
    yield Line(Account.VAT, part.vat.minor, part.rate)


def _discounts(offers: Iterable[OfOffer]) -> Iterator[Line]:
    for offer in offers:
        yield Line(Account.DISCOUNTS, offer.amount.minor, offer.rate, _subject(offer))


def _subject(offer: OfOffer) -> str:
    return str(offer.offer_id or offer.kind)


def _words(offer: OfOffer) -> dict[str, str]:
    """What the offer was called then."""
    return {"subject": _subject(offer), "name_en": offer.name_en, "name_vi": offer.name_vi}


def _draft(fact: Charge, kind: EntryKind, source: str, **rest: Any) -> Draft:
    return Draft(
        kind=kind,
        source=source,
        at=fact.at,
        order_id=fact.order_id,
        order_number=fact.number,
        store_id=fact.store_id,
        by=fact.by,
        **rest,
    )
