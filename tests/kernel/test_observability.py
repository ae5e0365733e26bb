"""Whoever watches over the shop sees what happens, and nothing that is none of his business."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
import structlog
from django.db import OperationalError
from django.http import HttpRequest
from django.test import Client
from ninja import Router
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from structlog.contextvars import bound_contextvars
from structlog.testing import capture_logs

from grocery.kernel import error_tracking, figures, logs, middleware, views
from grocery.kernel.models import InboxEntry
from grocery.kernel.outbox.metrics import Backlog
from grocery.kernel.scrubbing import scrub
from grocery.kernel.tracing import current_trace, trace_of
from tests.kernel.apis import served
from tests.kernel.facts import only_these_subscribers, subscribe, tell

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"

router = Router()


@router.get("/things/{code}")
def thing(request: HttpRequest, code: str) -> Any:
    structlog.get_logger("tests").warning("seen", password="hunter2")
    return {"trace": current_trace(), "entries": InboxEntry.objects.count() + InboxEntry.objects.owed().count()}


@pytest.fixture
def client() -> Iterator[Client]:
    with served(router):
        yield Client()


@pytest.fixture
def access(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """The lines of the access log."""
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        info = structlog.make_filtering_bound_logger("INFO")  # tests say only what is worse
        monkeypatch.setattr(middleware, "log", structlog.wrap_logger(None, wrapper_class=info).bind())
        yield lines  # type: ignore[misc]  # they are dicts


# --- ids and traces ---


def test_a_request_gets_an_id(client: Client):
    assert len(client.get("/api/v1/nothing")["X-Request-ID"]) == 32


def test_the_caller_may_bring_the_id(client: Client):
    assert client.get("/api/v1/nothing", headers={"X-Request-ID": "mine-12345"})["X-Request-ID"] == "mine-12345"


@pytest.mark.parametrize("given", ["short", "x" * 65, "with blank", "new\tline-12345"])
def test_an_id_of_a_strange_form_is_replaced(client: Client, given: str):
    assert len(client.get("/api/v1/nothing", headers={"X-Request-ID": given})["X-Request-ID"]) == 32


def test_a_problem_names_the_request():
    response = Client().get("/api/v1/nothing", headers={"X-Request-ID": "mine-12345"})
    assert response.json()["request_id"] == "mine-12345"


@pytest.mark.django_db
def test_a_request_belongs_to_the_trace_of_its_caller(client: Client):
    assert client.get("/api/v1/things/a", headers={"traceparent": TRACEPARENT}).json()["trace"] == TRACE


@pytest.mark.django_db
def test_nothing_of_a_request_is_left_for_the_next(client: Client):
    client.get("/api/v1/things/a", headers={"traceparent": TRACEPARENT})
    assert current_trace() == ""


@pytest.mark.parametrize(
    "header",
    ["", "00", f"ff-{TRACE}-00f067aa0ba902b7-01", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{TRACE.upper()}-1-01"],
)
def test_a_traceparent_that_is_none_gets_a_new_trace(header: str):
    assert (len(trace_of(header)), trace_of(header) == TRACE) == (32, False)


# --- the log ---


@pytest.mark.django_db
def test_each_request_is_one_line(client: Client, access: list[dict[str, Any]]):
    client.get("/api/v1/things/secret-code?q=1", headers={"X-Request-ID": "mine-12345", "traceparent": TRACEPARENT})
    [line] = [line for line in access if line["event"] == "request"]
    assert line | {"milliseconds": 0} == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "route": "/api/v1/things/<code>",
        "status": 200,
        "milliseconds": 0,
        "sql": 2,
        "request_id": "mine-12345",
        "trace": TRACE,
    }


def test_a_line_is_json_and_scrubbed():
    formatter = logging.Formatter()
    config = logs.configure(form="json", level="INFO")["formatters"]["structured"]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=config["foreign_pre_chain"], processors=config["processors"]
    )
    record = logging.LogRecord("lib", logging.WARNING, "x.py", 1, "mail to %s", ("lan@example.com",), None)
    line = json.loads(formatter.format(record))
    assert (line["event"], line["level"], line["logger"]) == ("mail to [scrubbed]", "warning", "lib")


def test_our_own_lines_are_so_too(capsys: pytest.CaptureFixture[str]):
    with bound_contextvars(trace=TRACE):
        structlog.get_logger("tests").bind().warning("mail to lan@example.com", password="hunter2", n=1)
    line = json.loads(capsys.readouterr().err)
    assert line | {"timestamp": ""} == {
        "event": "mail to [scrubbed]",
        "password": "[scrubbed]",
        "n": 1,
        "trace": TRACE,
        "level": "warning",
        "logger": "tests",
        "timestamp": "",
    }


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer [scrubbed]"),
        ("postgresql://grocery:hunter2@db/x", "postgresql://grocery:[scrubbed]@db/x"),
        ("key sk_test_51HxYzAbCdEf", "key [scrubbed]"),
        ("pi_3Nabc_secret_xyz", "[scrubbed]"),
        ("eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl", "[scrubbed]"),
        ("call 0912345678 or +84912345678", "call [scrubbed] or [scrubbed]"),
        ("card 4242 4242 4242 4242 declined", "card [scrubbed] declined"),
        ("DETAIL: Key (email)=(lan.tran@example.com) exists", "DETAIL: Key (email)=([scrubbed]) exists"),
        *[
            (harmless, harmless)
            for harmless in (
                "order G-20418 of 0198c0de-7a11-7000-8000-5ca1ab1e0001",
                "00000000-0000-0000-0000-000000000001",
                "total 1250000 dong",
            )
        ],
    ],
)
def test_secrets_and_people_are_taken_out_of_texts(said: str, kept: str):
    assert scrub(said) == kept


def test_what_goes_by_a_secrets_name_is_taken_out_whole():
    assert scrub({"user": {"password": "x", "sku": "milk"}, "tokens": [1], "phone": "1"}) == {
        "user": {"password": "[scrubbed]", "sku": "milk"},
        "tokens": "[scrubbed]",
        "phone": "[scrubbed]",
    }


def test_error_reports_carry_no_people_and_no_secrets():
    report = {
        "request": {"url": "http://x/", "method": "GET", "cookies": {"sessionid": "s"}, "data": "d", "headers": {}},
        "user": {"email": "lan@example.com"},
        "exception": {"values": [{"value": "no mail to lan@example.com"}]},
    }
    assert error_tracking._before_send(report, {}) == {
        "request": {"url": "http://x/", "method": "GET"},
        "exception": {"values": [{"value": "no mail to [scrubbed]"}]},
        "tags": {"trace": ""},
    }


def test_without_a_dsn_nothing_is_reported():
    error_tracking.start("")
    assert sentry_sdk.is_initialized() is False


# --- probes ---


def test_a_living_process_says_so_without_asking_anyone():
    assert Client(headers={"Host": "10.0.0.7"}).get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_a_shop_that_is_ready_says_so():
    response = Client(headers={"Host": "10.0.0.7"}).get("/readyz")
    assert (response.status_code, response.json()) == (200, {"database": "ok", "cache": "ok", "migrations": "ok"})


@pytest.mark.django_db
@pytest.mark.usefixtures("no_valkey")
def test_a_shop_without_valkey_is_not_ready():
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["cache"]) == (503, "missing")


@pytest.mark.django_db
def test_a_shop_without_its_database_is_not_ready():
    def refuse(*_: Any) -> Any:
        raise OperationalError

    from django.db import connection

    with connection.execute_wrapper(refuse):
        response = Client().get("/readyz")
    assert (response.status_code, response.json()) == (
        503,
        {"database": "missing", "cache": "ok", "migrations": "missing"},
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("10.2.3.4", {}, 200),
        ("203.0.113.7", {}, 404),
        ("10.2.3.4", {"X-Forwarded-For": "203.0.113.7"}, 404),
        ("10.2.3.4", {"X-Forwarded-For": "203.0.113.7", "Authorization": "Bearer let me in"}, 200),
        ("203.0.113.7", {"Authorization": "Bearer let me"}, 404),
        ("", {}, 404),
    ],
)
def test_figures_are_for_neighbours_and_whoever_has_the_token(
    settings, address: str, headers: dict[str, str], status: int
):
    settings.METRICS_TOKEN = "let me in"
    assert Client(REMOTE_ADDR=address).get("/metrics", headers=headers).status_code == status


@pytest.mark.django_db
def test_an_empty_token_opens_nothing(settings):
    settings.METRICS_TOKEN = ""
    response = Client(REMOTE_ADDR="203.0.113.7").get("/metrics", headers={"Authorization": "Bearer "})
    assert response.status_code == 404


@pytest.mark.django_db
def test_the_backlog_shows_every_subscriber():
    with only_these_subscribers():
        subscribe(lambda _: None, name="tests.idle")
        subscribe(lambda _: None, name="tests.busy")
        tell(1, 2)
        InboxEntry.objects.of("tests.idle").skip()
        owed = next(metric for metric in Backlog().collect() if metric.name == "grocery_outbox_owed")
    assert {sample.labels["subscriber"]: sample.value for sample in owed.samples} == {
        "tests.busy": 2,
        "tests.idle": 0,
    }


@pytest.mark.django_db
def test_requests_are_counted_by_route(client: Client):
    def counted() -> float:
        labels = {"method": "GET", "route": "/api/v1/things/<code>", "status": "200"}
        return REGISTRY.get_sample_value("grocery_http_requests_total", labels) or 0

    before = counted()
    client.get("/api/v1/things/a")
    client.get("/api/v1/things/b")
    assert counted() - before == 2


# --- what Django itself refuses, under /api/ ---


def test_an_unknown_address_of_the_api_is_a_problem():
    response = Client().get("/api/v1/no/such/thing?lang=en")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_a_method_that_an_address_does_not_take_is_a_problem(client: Client):
    response = client.delete("/api/v1/things/a")
    assert (response.json()["code"], response["Allow"]) == ("method_not_allowed", "GET")


def test_a_wrong_host_is_a_problem_under_the_api():
    assert Client(headers={"Host": "evil.example"}).get("/api/v1/products").json()["code"] == "bad_request"


def test_each_problem_type_can_be_looked_up():
    assert Client().get("/problems/not_found").json()["vi"] == "Không có {what} {key}."


def test_an_unknown_problem_type_is_not_found():
    assert Client().get("/problems/nonsense").status_code == 404


@pytest.mark.django_db
def test_processes_that_share_their_figures_show_those_of_the_database_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """Every domain's: whatever any of them reads from the database when it is asked."""

    def shown() -> set[str]:
        views._registry.cache_clear()
        text = Client(REMOTE_ADDR="127.0.0.1").get("/metrics").content.decode()
        return {family.name for family in text_string_to_metric_families(text)}

    of_the_database = {metric.name for collector in figures._COLLECTORS for metric in collector.collect()}
    assert {"grocery_inventory_alerts_open", "grocery_inventory_differences"} <= of_the_database
    monkeypatch.setattr(views, "REGISTRY", CollectorRegistry())
    assert "grocery_outbox_owed" in shown()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert of_the_database | {"grocery_outbox_owed"} <= shown()
    views._registry.cache_clear()
