"""Who picks what: waves are taken, rest, are given back and taken over."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from grocery.accounts.public import Role
from grocery.catalog import public as catalog
from grocery.kernel.errors import Forbidden, NotFound
from grocery.kernel.ids import new_id
from grocery.ordering import models, policies
from grocery.ordering import public as ordering
from tests.ordering.conftest import NOON
from tests.ordering.counting import statements
from tests.ordering.staff import at_work, text, worker
from tests.ordering.test_races import at_once
from tests.shop import Customer, Shop

QUEUE = "/en/admin/ordering/order/tasks/picking/"


def orders(shop: Shop, number: int) -> list[UUID]:
    """So many confirmed orders of one milk each, the oldest first."""
    shop.stock(milk=number)
    return [shop.confirmed_order(milk=1).id for _ in range(number)]


def waiting(shop: Shop) -> list[UUID]:
    return [order.order_id for order in ordering.picking_queue(store_id=shop.store.id, now=NOON)]


def of_wave(wave: UUID) -> dict[str, UUID]:
    return {order.letter: order.order_id for order in ordering.wave(wave_id=wave).orders}


# --- the queue ----------------------------------------------------------------------------------------
def test_the_next_slot_stands_first(shop: Shop, lan: Customer):
    shop.stock(milk=3)
    first = shop.confirmed_order(lan, milk=1).id
    shop.put(lan.owner, milk=1)
    sooner = shop.check_out(lan, slot_id=shop.slot(hours_ahead=2)).id
    shop.tell()
    assert waiting(shop) == [sooner, first]


def test_what_is_not_confirmed_does_not_wait(shop: Shop, lan: Customer):
    shop.stock(milk=2)
    shop.order(lan, method="card", milk=1)
    assert waiting(shop) == []


def test_what_was_begun_without_a_wave_waits_for_a_picker(shop: Shop):
    (order,) = orders(shop, 1)
    ordering.start_picking(order_id=order, by=shop.picker, now=NOON)
    (waits,) = ordering.picking_queue(store_id=shop.store.id, now=NOON)
    assert (waits.order_id, waits.begun) == (order, True)


@pytest.mark.parametrize(
    ("minutes", "urgency"), [(-16, "calm"), (-15, "soon"), (-1, "soon"), (0, "late"), (300, "late")]
)
def test_an_order_is_late_from_its_start_by_time_on(minutes: int, urgency: str):
    start_by = policies.start_by(NOON + timedelta(hours=4), lead=timedelta(minutes=90))
    assert policies.urgency(start_by, now=start_by + timedelta(minutes=minutes)) == urgency


def test_the_lead_is_a_setting(shop: Shop, settings):
    orders(shop, 1)
    settings.PICKING_LEAD_MINUTES = 60
    (waits,) = ordering.picking_queue(store_id=shop.store.id, now=NOON)
    assert waits.start_by == NOON + timedelta(hours=3)


# --- taking -------------------------------------------------------------------------------------------
def test_a_wave_takes_the_next_orders_and_begins_them(shop: Shop):
    first, second, third = orders(shop, 3)
    wave = ordering.take_wave(store_id=shop.store.id, most=2, by=worker(shop), now=NOON)
    assert of_wave(wave) == {"A": first, "B": second}
    assert [shop.state(order) for order in (first, second, third)] == ["picking", "picking", "confirmed"]


def test_a_wave_takes_what_was_chosen(shop: Shop):
    _first, second, third = orders(shop, 3)
    wave = ordering.take_wave(store_id=shop.store.id, order_ids=[third, second], by=worker(shop), now=NOON)
    assert list(of_wave(wave).values()) == [second, third]


def test_nothing_to_take_is_said_and_leaves_no_wave(shop: Shop):
    with pytest.raises(ordering.NothingToPick):
        ordering.take_wave(store_id=shop.store.id, by=worker(shop), now=NOON)
    assert models.Wave.objects.count() == 0


def test_one_picker_walks_one_wave(shop: Shop):
    orders(shop, 2)
    me = worker(shop)
    ordering.take_wave(store_id=shop.store.id, most=1, by=me, now=NOON)
    with pytest.raises(ordering.PickerBusy):
        ordering.take_wave(store_id=shop.store.id, most=1, by=me, now=NOON)


def test_a_wave_whose_orders_were_cancelled_keeps_nobody_busy(shop: Shop):
    first, second = orders(shop, 2)
    me = worker(shop)
    ordering.take_wave(store_id=shop.store.id, most=1, by=me, now=NOON)
    ordering.cancel(order_id=first, by=worker(shop, "manager"), now=NOON)
    assert of_wave(ordering.take_wave(store_id=shop.store.id, by=me, now=NOON)) == {"A": second}


def test_another_store_is_not_there(shop: Shop):
    orders(shop, 1)
    with pytest.raises(NotFound):
        ordering.take_wave(store_id=shop.store.id, by=worker(shop, store_id=new_id()), now=NOON)


# --- resting, giving back, taking over --------------------------------------------------------------------
def test_what_is_given_back_waits_again_and_stays_begun(shop: Shop):
    (order,) = orders(shop, 1)
    me = worker(shop)
    wave = ordering.take_wave(store_id=shop.store.id, by=me, now=NOON)
    ordering.give_back(wave_id=wave, by=me, now=NOON)
    assert (waiting(shop), shop.state(order), ordering.wave_of(picker_id=me.signed_in())) == (
        [order],
        "picking",
        None,
    )


def test_what_was_given_back_is_taken_by_the_next(shop: Shop):
    (order,) = orders(shop, 1)
    me, other = worker(shop), worker(shop)
    ordering.give_back(wave_id=ordering.take_wave(store_id=shop.store.id, by=me, now=NOON), by=me, now=NOON)
    wave = ordering.take_wave(store_id=shop.store.id, by=other, now=NOON)
    assert (of_wave(wave), waiting(shop)) == ({"A": order}, [])


def test_nobody_else_gives_back_or_pauses_a_wave(shop: Shop):
    orders(shop, 1)
    wave = ordering.take_wave(store_id=shop.store.id, by=worker(shop), now=NOON)
    for move in (ordering.give_back, ordering.pause_wave, ordering.resume_wave):
        with pytest.raises(ordering.NotYourWave):
            move(wave_id=wave, by=worker(shop), now=NOON)


def test_rest_is_no_work(shop: Shop):
    orders(shop, 1)
    me = worker(shop)
    wave = ordering.take_wave(store_id=shop.store.id, by=me, now=NOON)
    ordering.pause_wave(wave_id=wave, by=me, now=NOON + timedelta(minutes=1))
    ordering.pause_wave(wave_id=wave, by=me, now=NOON + timedelta(minutes=3))  # again is harmless
    ordering.resume_wave(wave_id=wave, by=me, now=NOON + timedelta(minutes=6))
    ordering.resume_wave(wave_id=wave, by=me, now=NOON + timedelta(minutes=9))
    assert models.Wave.objects.get().rested == timedelta(minutes=5)


def test_a_manager_takes_over_and_the_other_is_out(shop: Shop):
    orders(shop, 1)
    picker, manager = worker(shop), worker(shop, "manager")
    wave = ordering.take_wave(store_id=shop.store.id, by=picker, now=NOON)
    ordering.pause_wave(wave_id=wave, by=picker, now=NOON)
    ordering.take_over(wave_id=wave, by=manager, now=NOON)
    mine = ordering.wave_of(picker_id=manager.signed_in())
    assert (mine and mine.id, mine and mine.paused_at) == (wave, None)
    with pytest.raises(ordering.NotYourWave):
        ordering.pause_wave(wave_id=wave, by=picker, now=NOON)


def test_a_picker_takes_nothing_over(shop: Shop):
    orders(shop, 1)
    wave = ordering.take_wave(store_id=shop.store.id, by=worker(shop), now=NOON)
    with pytest.raises(Forbidden):
        ordering.take_over(wave_id=wave, by=worker(shop), now=NOON)


def test_a_manager_with_a_wave_takes_no_other(shop: Shop):
    orders(shop, 2)
    manager = worker(shop, "manager")
    ordering.take_wave(store_id=shop.store.id, most=1, by=manager, now=NOON)
    other = ordering.take_wave(store_id=shop.store.id, most=1, by=worker(shop), now=NOON)
    with pytest.raises(ordering.PickerBusy):
        ordering.take_over(wave_id=other, by=manager, now=NOON)


def test_a_manager_of_another_store_sees_no_wave(shop: Shop):
    orders(shop, 1)
    wave = ordering.take_wave(store_id=shop.store.id, by=worker(shop), now=NOON)
    with pytest.raises(NotFound):
        ordering.take_over(wave_id=wave, by=worker(shop, "manager", store_id=new_id()), now=NOON)


# --- many at once, on real connections ------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_four_pickers_at_once_get_each_order_once(shop: Shop):
    made = orders(shop, 8)
    people = [worker(shop) for _ in range(4)]
    at_once(*(lambda me=me: ordering.take_wave(store_id=shop.store.id, most=3, by=me, now=NOON) for me in people))
    taken = [order for wave in ordering.waves(store_id=shop.store.id) for order in of_wave(wave.id).values()]
    assert sorted(taken) == sorted(set(taken))
    assert sorted([*taken, *waiting(shop)]) == sorted(made)


@pytest.mark.django_db(transaction=True)
def test_two_pickers_and_one_order_make_one_wave(shop: Shop):
    (order,) = orders(shop, 1)
    results = at_once(
        *[lambda: ordering.take_wave(store_id=shop.store.id, order_ids=[order], by=worker(shop), now=NOON)] * 2
    )
    assert results.count("nothing_to_pick") == 1


@pytest.mark.django_db(transaction=True)
def test_two_devices_of_one_picker_make_one_wave(shop: Shop):
    orders(shop, 2)
    me = worker(shop)
    results = at_once(*[lambda: ordering.take_wave(store_id=shop.store.id, most=1, by=me, now=NOON)] * 2)
    assert (results.count("picker_busy"), models.Wave.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_without_reading_again_under_the_lock_an_order_would_go_to_two(shop: Shop, monkeypatch):
    """The negative control: what one gave back and another took is handed out twice by who trusts the first look."""
    (order,) = orders(shop, 1)
    me, second, third = worker(shop), worker(shop), worker(shop)
    ordering.give_back(wave_id=ordering.take_wave(store_id=shop.store.id, by=me, now=NOON), by=me, now=NOON)
    look = models.OrderQuerySet.claimed

    def somebody_is_quicker(queryset: models.OrderQuerySet, most: int) -> list[models.Order]:
        found = list(queryset[:most])
        monkeypatch.setattr(models.OrderQuerySet, "claimed", look)
        at_once(lambda: ordering.take_wave(store_id=shop.store.id, by=second, now=NOON))
        return found

    def trusting(_picks: object) -> set[UUID]:
        return set()

    monkeypatch.setattr(models.OrderQuerySet, "claimed", somebody_is_quicker)
    with pytest.raises(ordering.NothingToPick):
        ordering.take_wave(store_id=shop.store.id, by=third, now=NOON)
    held = ordering.wave_of(picker_id=second.signed_in())
    assert held is not None
    assert [one.order_id for one in held.orders] == [order]

    ordering.give_back(wave_id=held.id, by=second, now=NOON)
    monkeypatch.setattr(models.OrderQuerySet, "claimed", somebody_is_quicker)
    monkeypatch.setattr(type(models.OrderPick.objects.all()), "in_a_wave", trusting)
    ordering.take_wave(store_id=shop.store.id, by=third, now=NOON)
    waves = ordering.waves(store_id=shop.store.id)
    assert (len(waves), sum(len(wave.orders) for wave in waves)) == (2, 1)  # one of them holds a wave of nothing


# --- the page -------------------------------------------------------------------------------------------------
def test_a_picker_takes_the_next_orders_on_the_page(shop: Shop):
    orders(shop, 2)
    client = at_work(shop.store.id, Role.PICKER)
    client.post(f"{QUEUE}take/")
    page = text(client.get(QUEUE))
    assert ("Your wave" in page, waiting(shop)) == (True, [])


def test_the_queue_says_what_is_late(shop: Shop, settings):
    orders(shop, 1)
    settings.PICKING_LEAD_MINUTES = 300
    assert "1 order should have been begun by now." in text(at_work(shop.store.id, Role.PICKER).get(QUEUE))


@pytest.mark.parametrize("role", [Role.BUYER, Role.SUPPORT, Role.DISPATCHER])
def test_who_does_not_pick_does_not_see_the_queue(shop: Shop, role: Role):
    assert at_work(shop.store.id, role).get(QUEUE).status_code == 403


def test_another_stores_orders_are_not_on_the_page(shop: Shop):
    (order,) = orders(shop, 1)
    elsewhere = catalog.save_store(code="cho-lon", name_en="Chợ Lớn", name_vi="Chợ Lớn")
    assert str(order) in text(at_work(shop.store.id, Role.PICKER).get(QUEUE))
    assert str(order) not in text(at_work(elsewhere.id, Role.PICKER).get(QUEUE))


def test_a_manager_takes_over_by_a_button(shop: Shop):
    orders(shop, 1)
    wave = ordering.take_wave(store_id=shop.store.id, by=worker(shop), now=NOON)
    client = at_work(shop.store.id, Role.MANAGER)
    assert "Take over" in text(client.get(QUEUE))
    client.post(f"{QUEUE[:-8]}picking/{wave}/take-over/")
    assert "Your wave" in text(client.get(QUEUE))


@pytest.mark.parametrize("number", [1, 5])
def test_the_queue_takes_as_many_statements_for_one_as_for_many(shop: Shop, number: int):
    orders(shop, number + 1)
    ordering.take_wave(store_id=shop.store.id, most=1, by=worker(shop), now=NOON)
    client = at_work(shop.store.id, Role.PICKER)
    client.get(QUEUE)
    with statements() as sent:
        client.get(QUEUE)
    assert len([sql for sql in sent if '"ordering_' in sql]) == 3


def test_pages_that_are_over_are_said(shop: Shop):
    orders(shop, 1)
    client = at_work(shop.store.id, Role.MANAGER)
    answer = client.post(f"{QUEUE[:-8]}picking/{new_id()}/pause/", follow=True)
    assert "This wave is over." in text(answer)
