"""The refund desk: money back by line, never twice, never over; and much of it only with a second person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from grocery.accounts.public import Role
from grocery.catalog import public as catalog
from grocery.kernel.errors import DomainError, Invalid
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.public import RefundLine, ReturnReason
from grocery.ordering.services import four_eyes
from grocery.payments import public as payments
from tests.ordering.conftest import NOON
from tests.ordering.returning import LATER, ask, decide, facts, states
from tests.ordering.staff import at_work, text, worker
from tests.ordering.test_races import at_once
from tests.shop import Customer, Shop

TASKS = "/en/admin/ordering/order/tasks"
DAMAGED = ReturnReason.DAMAGED


@pytest.fixture
def order(shop: Shop, lan: Customer) -> UUID:
    """Three milks, two eggs and half a kilo of shrimp, delivered and paid in cash."""
    shop.stock(milk=20, eggs=20, shrimp=5)
    return shop.delivered_order(lan, milk=3, eggs=2, shrimp="0.5").id


def of(sku: str, amount: int | None = None, **how: Any) -> RefundLine:
    """Some of a line: `quantity=`, or so many đồng."""
    many = quantity(how.pop("quantity")) if "quantity" in how else quantity(0)
    return RefundLine(sku, how.pop("reason", DAMAGED), quantity=many, amount=dong(amount) if amount else None, **how)


def refund(shop: Shop, order: UUID, *lines: RefundLine, by: Any = None, **more: Any) -> UUID:
    by = by or worker(shop, "support")
    return ordering.refund_lines(order_id=order, lines=lines, by=by, now=more.pop("now", NOON), **more)


def settled(shop: Shop, now: Any = LATER) -> None:
    ordering.settle_returns(now=now)
    shop.tell()


def refunds(order: UUID) -> list[Money]:
    return [one.amount for one in payments.payment(order_id=order).refunds]


def left(shop: Shop, order: UUID) -> tuple[dict[str, int], int, int]:
    """What may still go back: by line, of the fee, in all."""
    desk = ordering.refund_desk(order_id=order, by=worker(shop, "support"), now=NOON)
    return {one.line.sku: one.left.minor for one in desk.lines}, desk.fee_left.minor, desk.left.minor


def steps(return_id: UUID) -> list[tuple[str, int]]:
    work = ordering.refund_work(return_id=return_id, store_id=None)
    return [(step.what.value, step.amount.minor) for step in work.steps]


# --- by line --------------------------------------------------------------------------------------------------------
def test_money_goes_back_by_quantity_by_weight_and_by_amount(shop: Shop, order: UUID):
    assert left(shop, order) == ({"milk": 115_500, "eggs": 72_000, "shrimp": 109_500}, 15_000, 312_000)
    given = refund(
        shop, order, of("milk", quantity=1), of("eggs", 10_000), of("shrimp", quantity="0.1"), fee=dong(5_000)
    )
    assert states(order) == [("decided", 38_500 + 10_000 + 21_900 + 5_000)]
    assert left(shop, order) == ({"milk": 77_000, "eggs": 62_000, "shrimp": 87_600}, 10_000, 236_600)
    settled(shop)
    assert (refunds(order), facts(order, "OrderReturned"), steps(given)) == (
        [dong(75_400)],
        ["OrderReturned"],
        [("asked", 75_400), ("settled", 75_400)],
    )


def test_goods_stay_where_they_are(shop: Shop, order: UUID):
    before = shop.stocked("milk")
    refund(shop, order, of("milk", quantity=2))
    assert shop.stocked("milk") == before


@pytest.mark.parametrize(
    ("lines", "fee", "code"),
    [
        ([of("milk", quantity=4)], 0, "more_than_delivered"),
        ([of("milk", 115_501)], 0, "more_than_charged"),
        ([], 15_001, "more_than_charged"),
        ([], 0, "invalid"),
        ([of("rice", 1_000)], 0, "product_not_sold"),
        ([of("milk", 1_000), of("milk", quantity=1)], 0, "invalid"),
        ([of("milk", 1_000, reason=ReturnReason.OTHER)], 0, "invalid"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    shop: Shop, order: UUID, lines: list[RefundLine], fee: int, code: str
):
    with pytest.raises(DomainError) as refusal:
        refund(shop, order, *lines, fee=dong(fee))
    assert (refusal.value.code, states(order)) == (code, [])


def test_however_it_is_cut_no_line_gives_back_more_than_it_was_charged(shop: Shop, order: UUID):
    refund(shop, order, of("milk", 100_000))
    refund(shop, order, of("milk", quantity=3))
    assert (states(order), left(shop, order)[0]["milk"]) == ([("decided", 100_000), ("decided", 15_500)], 0)
    with pytest.raises(ordering.MoreThanCharged):
        refund(shop, order, of("milk", 1))


def test_the_same_form_twice_is_one_refund(shop: Shop, order: UUID):
    by = worker(shop, "support")
    made = {refund(shop, order, of("milk", 1_000), by=by, key="K") for _ in range(2)}
    assert (len(made), states(order)) == (1, [("decided", 1_000)])


def test_it_is_for_delivered_orders_of_ones_own_store(shop: Shop, lan: Customer, order: UUID):
    packed = shop.packed_order(lan, milk=1).id
    with pytest.raises(ordering.WrongState):
        refund(shop, packed, of("milk", 1_000))
    with pytest.raises(DomainError) as refusal:
        refund(shop, order, of("milk", 1_000), by=worker(shop, "support", store_id=new_id()))
    assert refusal.value.code == "not_found"


def test_it_may_become_store_credit_at_once(shop: Shop, lan: Customer, order: UUID):
    refund(shop, order, of("milk", quantity=1), to=payments.RefundTo.CREDIT)
    settled(shop)
    assert payments.credit_of(customer_id=lan.id) == dong(38_500)


def test_a_slip_is_undone_until_the_money_goes_out(shop: Shop, order: UUID):
    made, by = refund(shop, order, of("milk", 1_000), fee=dong(500)), worker(shop, "support")
    ordering.undo_decision(return_id=made, by=by, now=NOON)
    settled(shop)
    assert (states(order), refunds(order), left(shop, order)[2]) == ([("withdrawn", 0)], [], 312_000)
    assert steps(made) == [("asked", 1_500), ("undone", 0)]


# --- a second person ------------------------------------------------------------------------------------------------
@pytest.fixture
def strict(settings: Any) -> Any:
    settings.REFUND_FOUR_EYES, settings.REFUND_DAY_PERSON, settings.REFUND_DAY_STORE = 50_000, 90_000, 120_000
    return settings


def test_much_at_once_waits_and_holds_its_claim(shop: Shop, order: UUID, strict: Any):
    refund(shop, order, of("milk", 50_000))
    made = refund(shop, order, of("milk", 50_001, reason=ReturnReason.OTHER, note="sour"))
    settled(shop)
    assert (states(order)[1], left(shop, order)[0]["milk"]) == (("waiting", 50_001), 15_499)
    assert refunds(order) == [dong(50_000)]
    with pytest.raises(ordering.MoreThanCharged):
        refund(shop, order, of("milk", 15_500))
    assert ordering.refund_work(return_id=made, store_id=None).why is ordering.WhyEyes.AMOUNT


def test_approved_by_another_it_goes_out_after_the_time_to_undo(shop: Shop, order: UUID, strict: Any):
    made, boss = refund(shop, order, of("milk", quantity=3)), worker(shop, "manager")
    ordering.approve_refund(return_id=made, by=boss, word="seen the photo", now=LATER)
    settled(shop)
    assert refunds(order) == []
    settled(shop, LATER + timedelta(minutes=5))
    assert (refunds(order), steps(made)) == (
        [dong(115_500)],
        [("asked", 115_500), ("approved", 115_500), ("settled", 115_500)],
    )


def test_refused_its_claim_is_free_again(shop: Shop, order: UUID, strict: Any):
    made, boss = refund(shop, order, of("milk", quantity=3)), worker(shop, "manager")
    with pytest.raises(Invalid):
        ordering.refuse_refund(return_id=made, by=boss, word="", now=NOON)
    ordering.refuse_refund(return_id=made, by=boss, word="twice this week", now=NOON)
    assert (states(order), left(shop, order)[2]) == ([("refused", 0)], 312_000)
    assert steps(made) == [("asked", 115_500), ("refused", 115_500)]


def test_nobody_agrees_with_themselves_and_only_managers_agree(shop: Shop, order: UUID, strict: Any):
    asker, support = worker(shop, "manager"), worker(shop, "support")
    made = refund(shop, order, of("milk", quantity=3), by=asker)
    for by, code in ((asker, "own_refund"), (support, "not_your_refund")):
        for act in (ordering.approve_refund, ordering.refuse_refund):
            with pytest.raises(DomainError) as refusal:
                act(return_id=made, by=by, word="x", now=NOON)
            assert refusal.value.code == code
    with pytest.raises(DomainError) as refusal:
        ordering.approve_refund(return_id=made, by=worker(shop, "manager", store_id=new_id()), now=NOON)
    assert (refusal.value.code, states(order)) == ("not_found", [("waiting", 115_500)])


def test_the_database_lets_nobody_agree_with_themselves(shop: Shop, order: UUID):
    made = refund(shop, order, of("milk", 1_000))
    row = models.OrderReturn.objects.get(id=made)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.OrderReturn.objects.filter(id=made).update(approved_by=row.decided_by)


def test_who_asked_may_withdraw_and_nobody_else(shop: Shop, order: UUID, strict: Any):
    asker = worker(shop, "support")
    made = refund(shop, order, of("milk", quantity=3), by=asker)
    with pytest.raises(ordering.NotYourRefund):
        ordering.withdraw_refund(return_id=made, by=worker(shop, "support"), now=NOON)
    ordering.withdraw_refund(return_id=made, by=asker, now=NOON)
    assert (states(order), left(shop, order)[2]) == ([("withdrawn", 0)], 312_000)
    with pytest.raises(ordering.ReturnIs):
        ordering.approve_refund(return_id=made, by=worker(shop, "manager"), now=NOON)


def test_much_by_one_person_in_a_day_waits_until_the_next(shop: Shop, order: UUID, strict: Any):
    asker = worker(shop, "support")
    for _ in range(2):
        refund(shop, order, of("milk", 45_000), by=asker)
    refund(shop, order, of("eggs", 1), by=asker)
    refund(shop, order, of("eggs", 1))
    refund(shop, order, of("eggs", 1), by=asker, now=NOON + timedelta(days=1))
    assert [state for state, _ in states(order)] == ["decided", "decided", "waiting", "decided", "decided"]


def test_much_in_a_store_in_a_day_waits_whoever_asks(shop: Shop, order: UUID, strict: Any):
    for sku in ("milk", "eggs", "shrimp"):
        refund(shop, order, of(sku, 40_000))
    last = refund(shop, order, of("milk", 1))
    assert ordering.refund_work(return_id=last, store_id=None).why is ordering.WhyEyes.STORE


def test_what_was_withdrawn_is_not_counted(shop: Shop, order: UUID, strict: Any):
    asker = worker(shop, "support")
    ordering.withdraw_refund(return_id=refund(shop, order, of("milk", 100_000), by=asker), by=asker, now=NOON)
    refund(shop, order, of("milk", 50_000), by=asker)
    assert [state for state, _ in states(order)] == ["withdrawn", "decided"]


def test_a_return_that_staff_accept_waits_too_and_refused_it_is_decided_anew(
    shop: Shop, lan: Customer, order: UUID, strict: Any
):
    found, boss = ask(order, lan.principal, milk=2), worker(shop, "manager")
    decide(found, milk="waste")
    assert (states(order), left(shop, order)[0]["milk"]) == ([("waiting", 77_000)], 38_500)
    ordering.refuse_refund(return_id=found, by=boss, word="ask for a photo", now=NOON)
    assert states(order) == [("requested", 0)]
    decide(found, milk="kept")
    ordering.approve_refund(return_id=found, by=boss, now=NOON)
    settled(shop)
    assert refunds(order) == [dong(77_000)]


@pytest.mark.django_db(transaction=True)
def test_of_several_who_approve_at_once_one_does_and_the_money_goes_out_once(shop: Shop, order: UUID, strict: Any):
    made = refund(shop, order, of("milk", quantity=3))
    bosses = [worker(shop, "manager") for _ in range(3)]
    acts = [lambda by=by: ordering.approve_refund(return_id=made, by=by, now=NOON) for by in bosses]
    outcomes = at_once(*acts, lambda: ordering.refuse_refund(return_id=made, by=bosses[0], word="no", now=NOON))
    settled(shop)
    approved = states(order) == [("decided", 115_500)] or refunds(order) == [dong(115_500)]
    assert (outcomes.count(None), outcomes.count("return_state")) == (1, 3)
    assert approved or states(order) == [("refused", 0)]


@pytest.mark.django_db(transaction=True)
def test_asking_while_another_approves_never_gives_back_more_than_was_charged(shop: Shop, order: UUID, strict: Any):
    made = refund(shop, order, of("milk", 100_000))
    more = [lambda: refund(shop, order, of("milk", 15_000)) for _ in range(3)]
    outcomes = at_once(lambda: ordering.approve_refund(return_id=made, by=worker(shop, "manager"), now=NOON), *more)
    settled(shop)
    assert (outcomes.count("more_than_charged"), sum(one.minor for one in refunds(order))) == (2, 115_000)


@pytest.mark.django_db(transaction=True)
def test_a_limit_holds_for_those_who_ask_at_once_in_different_orders(shop: Shop, lan: Customer, strict: Any):
    shop.stock(milk=20)
    orders, asker = [shop.delivered_order(lan, milk=2).id for _ in range(4)], worker(shop, "support")
    acts = [lambda order=order: refund(shop, order, of("milk", 30_000), by=asker) for order in orders]
    at_once(*acts)
    assert sorted(state for order in orders for state, _ in states(order)) == ["decided"] * 3 + ["waiting"]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_limit_would_not_hold(
    shop: Shop, lan: Customer, strict: Any, monkeypatch: pytest.MonkeyPatch
):
    from threading import Barrier

    shop.stock(milk=20)
    orders, asker = [shop.delivered_order(lan, milk=2).id for _ in range(4)], worker(shop, "support")
    together = Barrier(4)
    monkeypatch.setattr(type(models.OrderReturn.objects), "lock_sums", lambda *_: together.wait(10))
    acts = [lambda order=order: refund(shop, order, of("milk", 30_000), by=asker) for order in orders]
    at_once(*acts)
    assert [state for order in orders for state, _ in states(order)] == ["decided"] * 4


# --- the pages ------------------------------------------------------------------------------------------------------
def form(**fields: str) -> dict[str, str]:
    return {"key": new_id().hex, "to": "original"} | {
        name.replace("__", "-"): value for name, value in fields.items()
    }


def test_from_the_order_to_the_desk_to_the_second_person(shop: Shop, order: UUID, strict: Any):
    support, boss = at_work(shop.store.id, Role.SUPPORT), at_work(shop.store.id, Role.MANAGER, name="Bà Chủ")
    desk = f"{TASKS}/orders/{order}/refund/"
    assert desk in text(support.get(f"/en/admin/ordering/order/{order}/change/"))
    page = text(support.get(desk))
    assert [words for words in ("115.500\xa0₫", "charged 72.000\xa0₫", "50.000\xa0₫") if words not in page] == []
    refused = text(support.post(desk, form(quantity__milk="amount", amount__milk="999.999", reason__milk="damaged")))
    assert "More than can be given back" in refused
    asked = form(quantity__milk="amount", amount__milk="60.000", reason__milk="damaged", note__milk="leaked")
    assert "much at once" in text(support.post(desk, asked, follow=True))
    made = models.OrderReturn.objects.get(order_id=order).id
    agree = f"{TASKS}/refunds/{made}/"
    mine = text(support.get(agree))
    assert ("Withdraw it" in mine, 'value="approve"' in mine) == (True, False)
    assert agree in text(boss.get(f"{TASKS}/returns/"))
    assert [words for words in ("leaked", "60.000", "Hà", "much at once") if words not in text(boss.get(agree))] == []
    assert "Approved" in text(boss.post(agree, {"do": "approve", "word": "fine"}, follow=True))
    assert ("Bà Chủ" in text(boss.get(agree)), states(order)) == (True, [("decided", 60_000)])


def test_who_may_see_which_page(shop: Shop, order: UUID, strict: Any):
    made = refund(shop, order, of("milk", quantity=3))
    other = catalog.save_store(code="other", name_en="Other", name_vi="Khác", position=1)

    def seen(role: Role, store_id: UUID | None) -> list[int]:
        client = at_work(store_id, role)
        return [client.get(f"{TASKS}/{page}/").status_code for page in (f"orders/{order}/refund", f"refunds/{made}")]

    assert seen(Role.SUPPORT, shop.store.id) == [200, 200]
    assert seen(Role.MANAGER, UUID(str(other.id))) == [404, 404]
    assert [seen(role, None) for role in (Role.BUYER, Role.ACCOUNTANT)] == [[403, 403]] * 2
    assert at_work(shop.store.id, Role.SUPPORT).post(f"{TASKS}/refunds/{made}/", {"do": "approve"}).status_code == 200
    assert states(order) == [("waiting", 115_500)]


def test_managers_are_told_how_many_wait(shop: Shop, order: UUID, strict: Any):
    refund(shop, order, of("milk", quantity=3))
    page = text(at_work(shop.store.id, Role.MANAGER, language="vi").get("/admin/inventory/stockitem/tasks/"))
    assert "Khoản hoàn tiền chờ duyệt" in page
    waiting, age = four_eyes._Waiting().collect()
    assert (waiting.samples[0].value, age.samples[0].value >= 0) == (1, True)
