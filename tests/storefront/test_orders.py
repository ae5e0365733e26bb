"""An order's page: where it is, what it costs, cancelling it; nobody else's."""

from __future__ import annotations

from uuid import UUID

import pytest

from grocery.delivery import public as delivery
from grocery.kernel.ids import new_id
from grocery.kernel.principal import Principal
from grocery.ordering import public as ordering
from tests.storefront.conftest import NOON, Market, Visitor, hidden, text_of
from tests.storefront.test_checkout import place


@pytest.fixture
def lan(market: Market, visitor: Visitor) -> Visitor:
    customer = market.customer()
    market.address(customer)
    visitor.signed_in(customer).put("tomato", "4")
    return visitor


@pytest.fixture
def order(market: Market, lan: Visitor) -> str:
    """The address of an order that is paid in cash."""
    lan.post("/en/checkout/slot", {"slot": market.open_slots()[0]})
    return str(place(lan, market.open_slots()[0])["Location"])


def key_of(lan: Visitor, order: str) -> dict[str, str]:
    """What the form on the cancelling page sends besides the choices."""
    return {"idempotency_key": hidden(lan.get(f"{order}cancel"), "idempotency_key")}


def test_an_order_shows_its_lines_money_and_address(lan: Visitor, order: str):
    words = text_of(lan.get(order))
    facts = (
        "Beef tomatoes, Đà Lạt",
        "4 × 18.900\xa0₫",
        "Goods 75.600\xa0₫",
        "Delivery 15.000\xa0₫",
        "18/3 Lê Anh Xuân",
    )
    assert [fact for fact in facts if fact not in words] == []


def test_an_order_asks_again_by_itself_while_it_moves(lan: Visitor, order: str):
    assert 'hx-trigger="every 5s"' in lan.get(order).content.decode()


def test_what_it_asks_for_is_its_status_alone(lan: Visitor, order: str):
    part = lan.get(order, headers={"HX-Request": "true", "HX-Target": "status"}).content.decode()
    assert (part.lstrip().startswith('<div class="two" id="status"'), "<html" in part) == (True, False)


def test_cancelling_says_what_happened_and_stops_asking(lan: Visitor, order: str):
    key = key_of(lan, order)
    after = lan.post(f"{order}cancel", key, follow=True)
    assert "The order is cancelled. Nothing is charged." in text_of(after)
    assert "every 5s" not in after.content.decode()


def test_a_cancelled_orders_slot_is_free_again(market: Market, lan: Visitor, order: str):
    key = key_of(lan, order)
    lan.post(f"{order}cancel", key)
    taken = [offer.slot.taken for offer in delivery.slots(store_id=market.store.id, ward_code="26743", now=NOON)]
    assert sum(taken) == 0


def test_too_late_to_cancel_is_said_on_the_page(market: Market, lan: Visitor, order: str, deliver):
    key = key_of(lan, order)
    deliver()
    order_id = ordering.orders().orders[0].id
    staff = Principal(kind="staff", id=order_id, roles=frozenset({"picker"}), store_id=market.store.id)
    ordering.start_picking(order_id=order_id, by=staff, now=NOON)
    after = lan.post(f"{order}cancel", key, follow=True)
    assert "can no longer be cancelled" in text_of(after)
    assert "We are picking your order" in text_of(after)


@pytest.mark.parametrize("what", ["", "cancel"])
def test_another_customers_order_looks_like_none(market: Market, lan: Visitor, order: str, what: str):
    stranger = Visitor().signed_in(market.customer("other@example.com"))
    answer = stranger.post(f"{order}{what}", {"idempotency_key": "k"}) if what else stranger.get(order)
    assert (answer.status_code, "Beef" in text_of(answer)) == (404, False)


def test_another_customers_payment_page_looks_like_none(market: Market, lan: Visitor, order: str):
    stranger = Visitor().signed_in(market.customer("other@example.com"))
    assert stranger.get(order.replace("orders", "pay")).status_code == 404


def test_an_order_that_needs_no_card_has_no_payment_page(lan: Visitor, order: str):
    assert lan.get(order.replace("orders", "pay"))["Location"] == order


def test_the_list_of_orders_names_each_with_its_state(lan: Visitor, order: str):
    words = text_of(lan.get("/orders/"))
    assert ("Đơn G-" in words, "90.600\xa0₫" in words) == (True, True)


# --- some of it -------------------------------------------------------------------------------------
def test_some_of_a_line_is_cancelled_and_told_on_the_page(lan: Visitor, order: str):
    answers = {"what": "part", "motive": "mistake", "less-tomato": "1"}
    seen = lan.post(f"{order}cancel", answers)
    assert "From now on 71.700\xa0₫" in text_of(seen)
    agreed = {name: hidden(seen, name) for name in ("idempotency_key", "expected_total", "motive", "less-tomato")}
    words = text_of(lan.post(f"{order}cancel", {**agreed, "what": "part"}, follow=True))
    told = ("Cancelled. The order now comes to 71.700\xa0₫.", "You cancelled", "Beef tomatoes, Đà Lạt: 4 › 3")
    assert [text for text in told if text not in words] == []


def test_the_form_sent_twice_cancels_once(lan: Visitor, order: str):
    answers = {**key_of(lan, order), "what": "part", "less-tomato": "1", "expected_total": "71700"}
    for _ in range(2):
        lan.post(f"{order}cancel", answers)
    (line,) = ordering.order(order_id=ordering.orders().orders[0].id).lines
    assert int(line.quantity) == 3


@pytest.mark.parametrize("less", ["x", "-1", "0", "9", "NaN", "1e400"])
def test_what_cannot_be_taken_off_is_said_and_changes_nothing(lan: Visitor, order: str, less: str):
    answers = {**key_of(lan, order), "what": "part", "less-tomato": less}
    page = lan.post(f"{order}cancel", answers, follow=True)
    assert ('role="status"' in page.content.decode(), "90.600\xa0₫" in text_of(lan.get(order))) == (True, True)


def test_the_cancelling_page_of_what_cannot_be_cancelled_leads_back(lan: Visitor, order: str):
    lan.post(f"{order}cancel", key_of(lan, order))
    assert lan.get(f"{order}cancel")["Location"] == order


# --- finding, and the same again ---------------------------------------------------------------------
def test_orders_are_found_by_what_is_in_them(lan: Visitor, order: str):
    found, missed = (text_of(lan.get("/en/orders/", {"q": words})) for words in ("ca chua", "gạo"))
    assert ("90.600\xa0₫" in found, "No order matches" in missed, "90.600\xa0₫" in missed) == (True, True, False)


def test_orders_are_narrowed_by_state_and_period(lan: Visitor, order: str):
    answers = [text_of(lan.get("/en/orders/", {"state": s, "period": "30"})) for s in ("open", "cancelled")]
    assert ["Order G-" in words for words in answers] == [True, False]


@pytest.mark.parametrize("query", [{"state": "eaten"}, {"period": "-1"}, {"q": "\0"}, {"page": "x"}])
def test_a_filter_that_is_not_known_narrows_nothing(lan: Visitor, order: str, query: dict[str, str]):
    answer = lan.get("/en/orders/", query)
    assert (answer.status_code, "Order G-" in text_of(answer)) == (200, True)


def test_the_same_again_lies_in_the_cart(lan: Visitor, order: str):
    words = text_of(lan.post(f"{order}again", follow=True))
    assert ("1 item is in your cart." in words, "75.600\xa0₫" in words) == (True, True)


def test_what_is_different_is_said_line_by_line(market: Market, lan: Visitor, order: str):
    market.reprice("tomato", 20_000)
    words = text_of(lan.post(f"{order}again", follow=True))
    assert "Beef tomatoes, Đà Lạt: now 20.000\xa0₫, it was 18.900\xa0₫" in words


def test_another_customers_order_cannot_be_had_again(market: Market, lan: Visitor, order: str):
    stranger = Visitor().signed_in(market.customer("other@example.com"))
    assert stranger.post(f"{order}again").status_code == 404


# --- changing it ------------------------------------------------------------------------------------
def test_the_new_total_is_said_before_anything_changes(lan: Visitor, order: str):
    words = text_of(lan.post(f"{order}edit", {"what": "preview", "qty-tomato": "5"}))
    assert "From now on 109.500\xa0₫" in words
    assert "Goods 75.600\xa0₫" in text_of(lan.get(order))


def test_a_change_is_made_once_for_its_key(lan: Visitor, order: str):
    page = lan.post(f"{order}edit", {"what": "preview", "qty-tomato": "5"})
    answers = {name: hidden(page, name) for name in ("idempotency_key", "expected_total")}
    for _ in range(2):
        lan.post(f"{order}edit", {**answers, "what": "apply", "qty-tomato": "5"})
    words = text_of(lan.get(order))
    assert ("Goods 94.500\xa0₫" in words, words.count("You changed")) == (True, 1)


def test_something_more_is_found_and_put_in(lan: Visitor, order: str):
    found = lan.post(f"{order}edit", {"what": "search", "q": "tom the", "qty-tomato": "4"})
    assert 'name="qty-shrimp"' in found.content.decode()
    words = text_of(lan.post(f"{order}edit", {"what": "preview", "qty-tomato": "4", "qty-shrimp": "300"}))
    assert ("From now on 156.300\xa0₫" in words, "Never above 162.870\xa0₫" in words) == (True, True)


@pytest.mark.parametrize(("pressed", "then"), [("1", "5"), ("-1", "3"), ("-9", "0")])
def test_where_no_script_runs_a_pressed_button_counts(lan: Visitor, order: str, pressed: str, then: str):
    page = lan.post(f"{order}edit", {"qty-tomato": "4", "add-qty-tomato": pressed}).content.decode()
    assert f'name="qty-tomato" value="{then}"' in page


def test_what_a_script_has_counted_is_not_counted_again(lan: Visitor, order: str):
    """htmx sends the button that has the focus along."""
    answers = {"what": "preview", "qty-tomato": "5", "add-qty-tomato": "1"}
    assert "From now on 109.500\xa0₫" in text_of(lan.post(f"{order}edit", answers))


def test_another_total_than_was_shown_is_refused(lan: Visitor, order: str):
    page = lan.post(f"{order}edit", {"what": "preview", "qty-tomato": "5"})
    answers = {"idempotency_key": hidden(page, "idempotency_key"), "expected_total": "1", "what": "apply"}
    words = text_of(lan.post(f"{order}edit", {**answers, "qty-tomato": "5"}, follow=True))
    assert "The total is now 109.500\xa0₫" in words


@pytest.mark.parametrize("count", ["x", "-1", "1e999", "99999", "0.5"])
def test_what_is_no_quantity_is_said_and_changes_nothing(lan: Visitor, order: str, count: str):
    answer = lan.post(f"{order}edit", {"what": "preview", "qty-tomato": count})
    assert (answer.status_code, 'id="problem"' in answer.content.decode()) == (200, True)


def test_another_window_is_chosen_and_told(market: Market, lan: Visitor, order: str):
    other = str(market.open_slots()[1])
    page = lan.get(f"{order}edit").content.decode()
    assert (page.count(" checked"), f'id="slot-{other}"' in page, "Yours" in page) == (1, True, True)
    seen = lan.post(f"{order}edit", {"what": "preview", "qty-tomato": "4", "slot": other})
    assert "New time" in text_of(seen)
    answers = {name: hidden(seen, name) for name in ("idempotency_key", "expected_total")}
    words = text_of(lan.post(f"{order}edit", {**answers, "what": "apply", "slot": other}, follow=True))
    assert "Your order is changed." in words
    assert str(delivery.delivery(order_id=ordering.orders().orders[0].id).slot_id) == other


def test_below_the_minimum_order_the_way_up_is_shown(lan: Visitor, order: str, settings):
    settings.MINIMUM_ORDER = 60_000
    words = text_of(lan.post(f"{order}edit", {"what": "preview", "qty-tomato": "2"}))
    assert ("Orders start at 60.000\xa0₫." in words, "22.200\xa0₫ more to the minimum order" in words) == (True, True)


def test_what_can_no_longer_be_changed_leads_back(lan: Visitor, order: str):
    lan.post(f"{order}cancel", key_of(lan, order))
    assert "This order can no longer be changed." in text_of(lan.get(f"{order}edit", follow=True))


def test_another_customers_order_cannot_be_changed(market: Market, lan: Visitor, order: str):
    stranger = Visitor().signed_in(market.customer("other@example.com"))
    assert stranger.get(f"{order}edit").status_code == 404


@pytest.fixture
def delivered(market: Market, lan: Visitor, order: str, deliver) -> str:
    """The same, in the customer's hands."""
    deliver()
    id_, staff = UUID(order.rstrip("/").rsplit("/", 1)[1]), Principal(kind="staff", id=new_id())
    for step in (ordering.start_picking, ordering.mark_packed, ordering.dispatch, ordering.deliver):
        step(order_id=id_, by=staff, now=NOON)
    deliver()
    return order


def test_something_wrong_is_asked_for_once_shown_and_withdrawn(lan: Visitor, delivered: str):
    assert "Something is wrong with it" in text_of(lan.get(delivered))
    form = {
        "idempotency_key": hidden(lan.get(f"{delivered}return"), "idempotency_key"),
        "quantity-tomato": "2",
        "reason-tomato": "damaged",
    }
    for _ in range(2):
        lan.post(f"{delivered}return", form)
    after = text_of(lan.get(delivered))
    assert ("We are looking at it" in after, "2 × Beef tomatoes, Đà Lạt" in after) == (True, True)
    (asked,) = ordering.returns_of(order_id=UUID(delivered.rstrip("/").rsplit("/", 1)[1]))
    kept = text_of(lan.post(f"{delivered}returns/{asked.id}/withdraw", follow=True))
    assert "Withdrawn. You keep it." in kept


def test_nothing_chosen_is_said_on_the_form(lan: Visitor, delivered: str):
    key = hidden(lan.get(f"{delivered}return"), "idempotency_key")
    answer = lan.post(f"{delivered}return", {"idempotency_key": key, "quantity-tomato": "0"})
    assert (answer.status_code, "Say what is given back" in text_of(answer)) == (422, True)


BUYER = {"tax_code": "0301482886", "company": "Hoa Sen", "address": "12 Nguyễn Huệ", "email": "ketoan@example.com"}


def asked(lan: Visitor, order: str, **form: str) -> str:
    """What the page says that follows the form of the invoice."""
    key = {"idempotency_key": hidden(lan.get(f"{order}invoice"), "idempotency_key")}
    return text_of(lan.post(f"{order}invoice", {"do": "company", **BUYER, **key, **form}, follow=True))


def test_a_company_is_named_for_the_invoice_corrected_and_taken_back(lan: Visitor, order: str):
    assert "Invoice for a company" in text_of(lan.get(order))
    assert "check its digits" in asked(lan, order, tax_code="0301482887")
    assert "will be made out to your company" in asked(lan, order)
    assert 'value="Hoa Sen"' in lan.get(f"{order}invoice").content.decode()
    assert "made out to no company" in asked(lan, order, do="none")
    assert 'value="Hoa Sen"' not in lan.get(f"{order}invoice").content.decode()


def test_once_packed_the_invoice_is_shown_and_its_company_stays(lan: Visitor, order: str, market: Market, deliver):
    key = {"idempotency_key": hidden(lan.get(f"{order}invoice"), "idempotency_key")}
    asked(lan, order)
    id_, staff = UUID(order.rstrip("/").rsplit("/", 1)[1]), Principal(kind="staff", id=new_id())
    deliver()
    for step in (ordering.start_picking, ordering.mark_packed):
        step(order_id=id_, by=staff, now=NOON)
    deliver()
    shown = text_of(lan.get(f"{order}invoice"))
    assert [words for words in ("Hoa Sen", "0301482886", "Being made", "90.600\xa0₫") if words not in shown] == []
    late = lan.post(f"{order}invoice", {"do": "none", **key}, follow=True)
    assert "made when the order is packed" in text_of(late)
