"""The same request sent twice is done once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, NoReturn
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import Client
from ninja import Field, Router, Status

from grocery.kernel import clock, idempotency
from grocery.kernel.errors import Conflict
from grocery.kernel.idempotency import IdempotencyKeyInFlight, IdempotencyKeyReused, idempotent, once
from grocery.kernel.inputs import Amount, Input
from grocery.kernel.models import IdempotencyKey
from grocery.kernel.principal import Principal
from tests.kernel.apis import served

ROUTE = "/api/v1/payments"


class Payment(Input):
    amount: Amount = Field(examples=[1000])


class Till:
    """What was paid; `then` happens after each payment."""

    def __init__(self) -> None:
        self.paid: list[int] = []
        self.then: Callable[[], None] = lambda: None


till = Till()
router = Router()


@router.post("/payments", response={201: dict[str, Any]})
@idempotent(required=True, guest=lambda request: request.headers.get("X-Cart", ""))
def pay(request: HttpRequest, payment: Payment, note: str = "") -> Any:
    """Pay."""
    till.paid.append(payment.amount)
    till.then()
    return Status(201, {"receipt": len(till.paid)})


@router.post("/tips", response=dict[str, int])
@idempotent()
def tip(request: HttpRequest, payment: Payment) -> Any:
    till.paid.append(payment.amount)
    return {"receipt": len(till.paid)}


def sign_in(request: HttpRequest) -> Principal | bool:
    number = request.headers.get("Authorization")
    return Principal(kind="customer", id=UUID(int=int(number))) if number else True


@pytest.fixture
def client() -> Iterator[Client]:
    till.__init__()  # type: ignore[misc]  # empty again
    with served(router, auth=sign_in):
        yield Client(raise_request_exception=False)


def send(client: Client, *, amount: int = 5, route: str = ROUTE, **headers: str) -> Any:
    return client.post(
        route,
        {"amount": amount},
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def code_of(response: Any) -> str:
    return str(response.json()["code"])


pytestmark = pytest.mark.django_db


def test_a_repeated_request_is_done_once(client: Client):
    for _ in range(3):
        send(client, idempotency_key="k")
    assert till.paid == [5]


def test_a_repeated_request_gets_the_first_answer_again(client: Client):
    first, second = send(client, idempotency_key="k"), send(client, idempotency_key="k")
    assert (second.status_code, second.content, second["Content-Type"]) == (201, first.content, first["Content-Type"])


def test_an_answer_given_again_says_so(client: Client):
    answers = [send(client, idempotency_key="k").headers.get("Idempotent-Replayed") for _ in range(2)]
    assert answers == [None, "true"]


def test_another_body_under_the_same_key_is_refused(client: Client):
    send(client, idempotency_key="k")
    response = send(client, idempotency_key="k", amount=6)
    assert (response.status_code, code_of(response), till.paid) == (422, "idempotency_key_reused", [5])


def test_another_query_under_the_same_key_is_refused(client: Client):
    send(client, idempotency_key="k")
    assert code_of(send(client, idempotency_key="k", route=f"{ROUTE}?note=x")) == "idempotency_key_reused"


def test_a_missing_key_is_refused_where_one_is_required(client: Client):
    response = send(client)
    assert (response.status_code, code_of(response), till.paid) == (400, "idempotency_key_required", [])


def test_without_a_key_each_request_counts_where_none_is_required(client: Client):
    for _ in range(2):
        send(client, route="/api/v1/tips")
    assert till.paid == [5, 5]


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "ключ", "a\tb"])
def test_a_key_of_the_wrong_form_is_refused(client: Client, key: str):
    assert code_of(send(client, idempotency_key=key)) == "idempotency_key_invalid"


@pytest.mark.parametrize("key", ["x", "x" * 255, "a b", "0198c0de-7a11-7000-8000-5ca1ab1e0001", "~!"])
def test_any_printable_key_will_do(client: Client, key: str):
    assert send(client, idempotency_key=key).status_code == 201


@pytest.mark.parametrize("who", [{"authorization": "2"}, {"x_cart": "b"}, {}])
def test_a_key_belongs_to_who_sent_it(client: Client, who: dict[str, Any]):
    send(client, idempotency_key="k", authorization="1")
    send(client, idempotency_key="k", x_cart="a")
    send(client, idempotency_key="k", **who)
    assert till.paid == [5, 5, 5]


def test_a_key_belongs_to_one_address(client: Client):
    send(client, idempotency_key="k")
    send(client, idempotency_key="k", route="/api/v1/tips")
    assert till.paid == [5, 5]


def refuse(error: BaseException) -> Callable[[], NoReturn]:
    def refusal() -> NoReturn:
        raise error

    return refusal


def test_a_refusal_is_remembered_too(client: Client):
    till.then = refuse(Conflict())
    assert [send(client, idempotency_key="k").status_code for _ in range(2)] == [409, 409]
    assert till.paid == [5]


@pytest.mark.parametrize("error", [OperationalError(), ZeroDivisionError()])
def test_a_failure_of_ours_is_not_remembered(client: Client, error: Exception):
    till.then = refuse(error)
    send(client, idempotency_key="k")
    till.then = lambda: None
    assert send(client, idempotency_key="k").status_code == 201


def test_invalid_input_does_not_use_up_the_key(client: Client):
    send(client, idempotency_key="k", amount=-1)
    assert send(client, idempotency_key="k").status_code == 201


def test_a_request_whose_process_died_holds_its_key_only_for_the_lease(client: Client):
    till.then = refuse(KeyboardInterrupt())  # stands for the end of the process: the row is put back as it was
    with pytest.raises(KeyboardInterrupt):
        send(client, idempotency_key="dead")
    till.then = lambda: None
    body = b'{"amount": 5}'
    abandoned = IdempotencyKey(
        claim=UUID(int=1),
        scope=f"guest: POST {ROUTE}",
        key="dead",
        fingerprint=idempotency.fingerprint_of("", body),
        begun_at=clock.now(),
        lease_until=clock.now() + timedelta(minutes=1),
        kept_until=clock.now() + timedelta(days=1),
    )
    abandoned.save()
    assert send(client, idempotency_key="dead").status_code == 409
    IdempotencyKey.objects.update(lease_until=clock.now())
    assert send(client, idempotency_key="dead").status_code == 201


def test_a_late_answer_does_not_replace_that_of_who_took_over(client: Client):
    def overtaken() -> None:
        IdempotencyKey.objects.update(claim=UUID(int=2))

    till.then = overtaken
    send(client, idempotency_key="k")
    assert IdempotencyKey.objects.get().answer is None


def test_after_a_day_the_key_is_new_again(client: Client):
    send(client, idempotency_key="k")
    IdempotencyKey.objects.update(kept_until=clock.now())
    send(client, idempotency_key="k")
    assert till.paid == [5, 5]


@pytest.mark.django_db(transaction=True)
def test_of_simultaneous_requests_one_is_done(client: Client):
    start = threading.Barrier(8)

    def one(_: int) -> int:
        start.wait()
        try:
            return int(send(Client(), idempotency_key="k").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(one, range(8)))
    assert (till.paid, set(statuses) <= {201, 409}) == ([5], True)


@pytest.mark.django_db(transaction=True)
def test_a_second_request_while_the_first_is_at_work_is_told_to_wait(client: Client):
    during: list[tuple[int, str]] = []

    def again() -> None:
        response = send(Client(), idempotency_key="k")
        during.append((response.status_code, code_of(response)))

    till.then = again
    send(client, idempotency_key="k")
    assert (during, till.paid) == ([(409, "idempotency_key_in_flight")], [5])


def test_the_documentation_shows_the_header_beside_the_parameters():
    with served(router) as api:
        operation = api.get_openapi_schema()["paths"][ROUTE]["post"]
    assert [(p["in"], p["name"], p["required"]) for p in operation["parameters"]] == [
        ("query", "note", False),
        ("header", "Idempotency-Key", True),
    ]
    assert operation["requestBody"]["content"]["application/json"]["schema"]["$ref"] == "#/components/schemas/Payment"


# --- for Django views ---


def place_order(fingerprint: str = "f", done: list[str] | None = None) -> HttpResponse:
    def run() -> HttpResponse:
        if done is not None:
            done.append("order")
        response = HttpResponseRedirect("/orders/1/")
        response.set_cookie("sessionid", "secret")
        return response

    return once(scope="session:1 POST /checkout/", key="k", fingerprint=fingerprint, run=run)


def test_a_form_sent_twice_is_handled_once():
    done: list[str] = []
    first, second = place_order(done=done), place_order(done=done)
    assert (done, first["Location"], second["Location"], second.status_code) == (
        ["order"],
        "/orders/1/",
        "/orders/1/",
        302,
    )


def test_no_cookie_is_given_out_twice():
    assert [len(place_order().cookies) for _ in range(2)] == [1, 0]


def test_a_form_changed_under_the_same_key_is_refused():
    place_order("f")
    with pytest.raises(IdempotencyKeyReused):
        place_order("g")


def test_a_form_whose_handling_failed_may_be_sent_again():
    with pytest.raises(Conflict):
        once(scope="s", key="k", fingerprint="f", run=refuse(Conflict()))
    assert once(scope="s", key="k", fingerprint="f", run=HttpResponse).status_code == 200


def test_a_form_that_is_still_being_handled_waits():
    def again() -> HttpResponse:
        with pytest.raises(IdempotencyKeyInFlight):
            once(scope="s", key="k", fingerprint="f", run=HttpResponse)
        return HttpResponse()

    once(scope="s", key="k", fingerprint="f", run=again)
