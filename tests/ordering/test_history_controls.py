"""The model of `test_histories` is worth something: mistakes are planted in the shop, and it sees each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.money import dong
from grocery.ordering import policies
from grocery.ordering import public as ordering
from grocery.ordering.policies import returns
from grocery.ordering.services import candidates, editing, keeping, planning, requests, returning
from grocery.payments import public as payments
from tests.ordering.history.world import GOODS, World
from tests.ordering.test_histories import Histories, noon

__all__ = ["noon"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

ASK, SIMILAR = ordering.SubstitutionChoice.ASK, ordering.SubstitutionChoice.SIMILAR


# --- what happens: of three milks two are near their date, and half a kilo of shrimps ------------------------------
def offered(history: Histories) -> None:
    history.an_offer_begins({"kind": "basket", "percent": 10}, False, 1)
    history.order(1, {"oat": 2}, set(), SIMILAR, set(), by_card=False)


def edited(history: Histories) -> None:
    history.somebody_edits(0, 0, 5, None, None)


def cancelled(history: Histories) -> None:
    history.somebody_cancels(0, False, None)


def lessened(history: Histories) -> None:
    history.a_part_is_called_off(0, 0, 1, False, None)


def overtaken(history: Histories) -> None:
    history.something_is_missing(0, 0, 1, 0, None)
    history.a_part_is_called_off(0, 0, 1, False, None)


def missed(history: Histories) -> None:
    for which in range(5):
        history.something_is_missing(0, 0, 1, which, None)


def repeated(history: Histories) -> None:
    history.a_part_is_called_off(0, 0, 1, False, 1_000)


def unpaid(history: Histories) -> None:
    history.order(1, {"oat": 1}, set(), SIMILAR, set(), by_card=True)
    history.at(history.w.now + timedelta(minutes=31))
    history.tick(None)


def ended_and_edited(history: Histories) -> None:
    """Oat milk was a quarter off when it was ordered."""
    history.an_offer_begins({"kind": "sku", "percent": 25, "skus": ("oat",)}, False, 1)
    history.order(1, {"oat": 2}, set(), SIMILAR, set(), by_card=False)
    history.an_offer_ends(0)
    history.somebody_edits(0, 0, 3, None, None)


def moved(history: Histories) -> None:
    history.somebody_edits(0, 0, 3, None, None, slot=2)


def weighed_oddly(history: Histories) -> None:
    """Half of the shrimps, and no answer."""
    history.somebody_picks(0, 9, 0, Decimal("0.5"), None)
    history.at(history.w.now + timedelta(minutes=11))
    history.tick(None)
    history.somebody_seals(0)


def on_the_road(history: Histories) -> None:
    history.somebody_is_on_the_road(by_card=True)


def refused(history: Histories) -> None:
    on_the_road(history)
    history.something_comes_back(0, 0, "changed_mind", "coming", all_of_it=True, yes=False, crash=None)
    history.at(history.w.now + timedelta(minutes=6))
    history.tick(None)


def returned(history: Histories) -> None:
    """A carton is asked for and goes back to the shelf, if it may."""
    on_the_road(history)
    history.the_driver_goes(0)
    for _asked_then_decided in range(2):
        history.something_comes_back(0, 0, "changed_mind", "shelf", all_of_it=False, yes=True, crash=None)


def returned_spoilt(history: Histories) -> None:
    on_the_road(history)
    history.the_driver_goes(0)
    for _asked_then_decided in range(2):
        history.something_comes_back(0, 0, "damaged", "shelf", all_of_it=False, yes=True, crash=None)


# --- mistakes ---------------------------------------------------------------------------------------------------
def each_twice(wanted: Any, offers: Any = (), **more: Any) -> Any:
    return _price_basket(wanted, [*offers, *(replace(one, stackable=True) for one in offers)], **more)


def nothing(*_: object, **__: object) -> None:
    pass


def never(*_: object, **__: object) -> bool:
    return False


def always(*_: object, **__: object) -> bool:
    return True


def of_its_day(order: Any, row: Any, *_about: object) -> Any:
    return row.vat_rate or 8


def by_what_runs(wanted: Any, *, running: Any, agreed: object) -> Any:
    return _price_edited(wanted, running=running, agreed=[])


def as_ordered(net: Any, *_about: object, **__: object) -> Any:
    return net


def all_of_it(charged: Any, **_about: object) -> Any:
    return charged


def without_near(*_: object) -> tuple[()]:
    return ()


def for_nothing(*_: object, **__: object) -> Any:
    return dong(0)


def anything(missing: candidates.Missing, *, store_id: Any, without: Any = (), **_when: object) -> Any:
    cards = catalog.cards(skus=[catalog.Sku(sku) for sku in GOODS], store_id=store_id)
    pieces = [card for card in cards if card.unit is catalog.Unit.PIECE and card.sku not in {*without, missing.sku}]
    return [candidates._found(card, missing) for card in pieces]


_price_basket, _price_edited = policies.price_basket, policies.price_edited

#: The mistake, what happens, and which function of which module is replaced by what.
MISTAKES: list[tuple[str, Callable[[Histories], None], Any, str, Any]] = [
    ("an offer counts twice", offered, policies, "price_basket", each_twice),
    ("goods of an edit are not reserved", edited, keeping, "keep", nothing),
    ("goods are never let go", cancelled, inventory, "release", nothing),
    ("a question outlives its line", overtaken, editing, "withdraw", nothing),
    ("anything stands in for anything", missed, candidates, "find", anything),
    ("a repeated request is done twice", repeated, requests, "done_before", never),
    ("the driver is not told that it is less", lessened, payments, "lower_to", nothing),
    ("who never pays keeps an order", unpaid, ordering, "cancel_unpaid", nothing),
    ("an edit forgets what was agreed", ended_and_edited, policies, "price_edited", by_what_runs),
    ("an edit is delivered for nothing", edited, policies, "fee_after", for_nothing),
    ("an edit makes old goods dear", edited, planning, "_near", without_near),
    ("the VAT of another day", moved, planning, "_vat", of_its_day),
    ("a question about a weight is never settled", weighed_oddly, ordering, "weigh_by_default", nothing),
    ("what is counted is not weighed", on_the_road, policies, "packed_amount", as_ordered),
    ("half is refused and all is paid back", refused, returns, "share_of", all_of_it),
    ("the money of a return never goes", refused, ordering, "settle_returns", nothing),
    ("nothing stands on the shelf again", returned, returning, "take_in", nothing),
    ("what is spoilt is sold again", returned_spoilt, returns, "may_be_sold_again", always),
]


@contextmanager
def begun(world: World) -> Iterator[Histories]:
    """A history of which the end is not written."""
    Histories.world = world
    history = Histories()
    history.begin(lighter=False, by_card=False)
    try:
        yield history
    finally:
        history.forget()


def sees_a_mistake(world: World, act: Callable[[Histories], None]) -> bool:
    with begun(world) as history:
        try:
            act(history)
            history.no_unit_is_held_without_an_order_and_no_order_without_its_units()
            history.every_order_is_what_the_model_says_and_every_price_is_explained()
        except AssertionError:
            return True
    return False


def test_the_model_sees_each_mistake_and_none_where_there_is_none(monkeypatch: pytest.MonkeyPatch):
    world = World.opened()
    unseen = []
    made_up = [act.__name__ for act in {act for _, act, *_ in MISTAKES} if sees_a_mistake(world, act)]
    for name, act, where, what, wrong in MISTAKES:
        with monkeypatch.context() as planted:
            planted.setattr(where, what, wrong)
            if not sees_a_mistake(world, act):
                unseen.append(name)
    assert (unseen, made_up) == ([], [])
