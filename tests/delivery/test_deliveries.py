"""From the store to the door."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from grocery.delivery import public as delivery
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from tests.delivery.conftest import NOON, Shop

MINH = new_id()


def told(order: UUID) -> list[str]:
    """The facts about this delivery, in order."""
    facts = OutboxEvent.objects.filter(stream=f"delivery:{order}").order_by("id")
    return [fact.name for fact in facts]


def dispatch(order: UUID) -> None:
    delivery.dispatch(order_id=order, now=NOON, by=MINH, driver="Minh")


def complete(order: UUID) -> None:
    delivery.complete(order_id=order, now=NOON + timedelta(hours=1), by=MINH, proof_note="handed to Lan")


@pytest.fixture
def order(shop: Shop) -> UUID:
    return shop.book(shop.slot())


def test_a_delivery_on_its_way_tells_so_once(order: UUID):
    dispatch(order)
    dispatch(order)
    assert (delivery.delivery(order_id=order).state, told(order)) == (
        "out_for_delivery",
        ["delivery.DeliveryDispatched"],
    )


def test_a_delivery_at_the_door_tells_so_once(order: UUID):
    dispatch(order)
    complete(order)
    complete(order)
    assert told(order) == ["delivery.DeliveryDispatched", "delivery.DeliveryCompleted"]


def test_a_failed_delivery_tells_so_and_may_be_tried_again(order: UUID):
    dispatch(order)
    delivery.fail(order_id=order, reason="nobody home", now=NOON, by=MINH)
    dispatch(order)
    assert told(order) == [f"delivery.Delivery{what}" for what in ("Dispatched", "Failed", "Dispatched")]


def test_the_history_says_who_did_what_and_when(order: UUID):
    dispatch(order)
    complete(order)
    steps = [(s.state.value, s.at, s.by, s.note) for s in delivery.delivery(order_id=order).timeline]
    assert steps == [
        ("scheduled", NOON, None, ""),
        ("out_for_delivery", NOON, MINH, "Minh"),
        ("delivered", NOON + timedelta(hours=1), MINH, "handed to Lan"),
    ]


def test_driver_and_proof_are_kept(order: UUID):
    dispatch(order)
    complete(order)
    view = delivery.delivery(order_id=order)
    assert (view.driver, view.proof_note) == ("Minh", "handed to Lan")


def test_nothing_arrives_that_never_left(order: UUID):
    with pytest.raises(delivery.WrongStep):
        complete(order)


def test_a_delivery_on_the_road_cannot_be_cancelled(order: UUID):
    dispatch(order)
    with pytest.raises(delivery.WrongStep):
        delivery.cancel(order_id=order, now=NOON)


def test_a_refused_step_leaves_no_trace(order: UUID):
    with pytest.raises(delivery.WrongStep):
        complete(order)
    assert (len(delivery.delivery(order_id=order).timeline), told(order)) == (1, [])


@pytest.mark.django_db
def test_an_unknown_order_has_no_delivery():
    with pytest.raises(NotFound):
        delivery.delivery(order_id=new_id())
