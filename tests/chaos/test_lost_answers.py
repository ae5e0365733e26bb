"""A web process is killed between the COMMIT of an order and its answer: who asks again, is told of that order."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.quantity import quantity
from grocery.ordering.models import Order
from tests.chaos.houses import Forks, serve_but_never_say_what_was_ordered
from tests.chaos.storm import forget_who_was_at_work
from tests.shop import PASSWORD, Customer, Shop

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Doors:
    """A client of a shop with two web processes: one that will die with the next order, one that will not."""

    client: httpx.Client
    dying: Forks
    sound: Forks

    def place(self, path: str, **request: object) -> httpx.Response:
        """Order at the one that dies; a minute later, the same again at the other."""
        with pytest.raises(httpx.RemoteProtocolError):
            self.client.post(self.dying.url + path, **request)  # type: ignore[arg-type]  # as httpx takes them
        assert Order.objects.count() == 1, "it died too early"
        forget_who_was_at_work()
        return self.client.post(self.sound.url + path, **request)  # type: ignore[arg-type]  # as httpx takes them


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.stock(milk=10)
    return shop


@pytest.fixture
def lan(shop: Shop) -> Customer:
    """A customer with two milks in the cart."""
    lan = shop.customer("lan")
    shop.put(lan.owner, milk=2)
    return lan


@pytest.fixture
def doors() -> Iterator[Doors]:
    dying, sound = Forks(serve_but_never_say_what_was_ordered), Forks()
    try:
        for house in (dying, sound):
            house.start("web")
        for house in (dying, sound):
            house.wait_for_the_web()
        with httpx.Client(timeout=20, verify=ssl.create_default_context()) as client:
            yield Doors(client, dying, sound)
    finally:
        for house in (dying, sound):
            house.stop()


def test_a_program_is_told_of_the_order_that_it_has_made(shop: Shop, lan: Customer, doors: Doors):
    token = accounts.issue_tokens(customer_id=lan.id, now=clock.now()).access_token
    told = doors.place(
        "/api/v1/checkout",
        json={"slot_id": str(shop.slot_id), "address_id": str(lan.address_id), "method": "cash_on_delivery"},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "one-wish"},
    )
    order = Order.objects.get()
    assert (told.status_code, told.json()["id"], told.json()["total"]) == (201, str(order.id), order.total)
    assert (shop.available("milk"), shop.places_taken()) == (quantity(8), 1)


def test_a_person_is_shown_the_order_that_they_have_made(shop: Shop, lan: Customer, doors: Doors):
    client, url = doors.client, doors.sound.url
    hers = {"csrfmiddlewaretoken": hidden(client.get(f"{url}/en/sign-in/"), "csrfmiddlewaretoken")}
    client.post(f"{url}/en/sign-in/", data=hers | {"email": lan.email, "password": PASSWORD})
    page = client.get(f"{url}/en/checkout/")
    hers = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "idempotency_key")}
    chosen = {"slot": str(shop.slot_id), "tender": "cash_on_delivery"}
    client.post(f"{url}/en/checkout/slot", data=hers | chosen)
    shown = doors.place("/en/checkout/", data=hers | chosen)
    assert (shown.status_code, shown.headers["Location"]) == (302, f"/en/orders/{Order.objects.get().id}/")


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no hidden field {name}"
    return found[1]
