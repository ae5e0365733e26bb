"""The HTTP interface: keys, parameters, idempotency, faults, and what they lead to."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from tests.sandbox.clock import Clock
from tests.sandbox.dispatch import new_id
from tests.sandbox.faults import Faults
from tests.sandbox.server import Request, Response, Routes, json_response
from tests.sandbox.store import Document, Store
from tests.sandbox.stripe import cards
from tests.sandbox.stripe.errors import ApiError, invalid, missing
from tests.sandbox.stripe.forms import nested
from tests.sandbox.stripe.idempotency import Idempotency, in_use
from tests.sandbox.stripe.intents import Intents
from tests.sandbox.stripe.webhooks import Webhooks

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "*",
}
_CREATE = {
    "amount",
    "automatic_payment_methods",
    "capture_method",
    "confirm",
    "currency",
    "customer",
    "description",
    "expand",
    "metadata",
    "payment_method",
    "payment_method_options",
    "payment_method_types",
    "return_url",
    "setup_future_usage",
    "statement_descriptor_suffix",
}
#: What a publishable key shows of an intent to whoever holds its client secret.
_HIDDEN_FROM_BROWSER = {"metadata", "latest_charge", "amount_capturable", "amount_received"}

#: What may go wrong, and what leads to events.
CALLS = ("create", "retrieve", "confirm", "capture", "cancel", "refund", "customer", "detach", "update", "other")
TELLING = ("create", "confirm", "capture", "cancel", "refund")

Params = dict[str, Any]
Action = Callable[..., Document]


class Account:
    """One Stripe account: its keys and everything in it."""

    def __init__(self, store: Store, *, secret_key: str, publishable_key: str, magic: bool = False) -> None:
        self.secret_key, self.publishable_key = secret_key, publishable_key
        self.store, self.clock = store, Clock(store)
        self.webhooks = Webhooks(store, self.clock)
        self.intents = Intents(store, self.clock, self.webhooks.emit)
        self.faults = Faults(store, "stripe", answers=CALLS, notices=TELLING, magic=magic)
        self.idempotency = Idempotency(store, self.clock)

    def routes(self, routes: Routes) -> None:
        """Everything under /v1."""
        add = routes.add
        add("POST", "/v1/payment_intents", self._call("create", self._create))
        add("GET", "/v1/payment_intents", self._call("other", self._list_intents))
        add("GET", "/v1/payment_intents/{id}", self._call("retrieve", self._retrieve))
        add("POST", "/v1/payment_intents/{id}", self._call("update", self._update))
        add("POST", "/v1/payment_intents/{id}/confirm", self._call("confirm", self._confirm))
        add("POST", "/v1/payment_intents/{id}/capture", self._call("capture", self._capture))
        add("POST", "/v1/payment_intents/{id}/cancel", self._call("cancel", self._cancel))
        add("POST", "/v1/customers", self._call("customer", self._open_customer))
        add("GET", "/v1/payment_methods/{id}", self._call("other", self._get_method))
        add("POST", "/v1/payment_methods/{id}/detach", self._call("detach", self._detach))
        add("GET", "/v1/disputes/{id}", self._call("other", self._get_dispute))
        add("POST", "/v1/refunds", self._call("refund", self._refund))
        add("GET", "/v1/refunds", self._call("other", self._list_refunds))
        add("GET", "/v1/refunds/{id}", self._call("other", self._get_refund))
        add("GET", "/v1/charges/{id}", self._call("other", self._get_charge))
        add("GET", "/v1/events", self._call("other", self._events))
        add("GET", "/v1/events/{id}", self._call("other", self._get_event))
        add("GET", "/v1/balance", self._call("other", self._balance))
        add("OPTIONS", "/v1/payment_intents/{id}", _preflight)
        add("OPTIONS", "/v1/payment_intents/{id}/confirm", _preflight)

    def pass_time(self) -> None:
        self.intents.pass_time()

    # --- the way of every call ------------------------------------------------------------------------------------
    def _call(self, operation: str, action: Action) -> Callable[..., Response]:
        def view(request: Request, **path: str) -> Response:
            try:
                response = self._keyed(operation, action, request, path)
            except ApiError as error:
                response = json_response(error.body, error.status)
            self._log(operation, request, response)
            return replace(response, headers={"Request-Id": new_id("req"), **CORS, **response.headers})

        return view

    def _keyed(self, operation: str, action: Action, request: Request, path: Params) -> Response:
        """Refuse strangers, repeat what was answered before, otherwise do it and remember."""
        params = nested(request.form if request.method == "POST" else request.query)
        self._authenticate(request, params, path)
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        if len(key) > 255:
            raise invalid("Idempotency key is too long.")
        amount = self._amount(params, path) if request.method == "POST" else 0
        once = f"{request.path} {request.body.decode(errors='replace')}"
        fault = self.faults.for_answer(operation, amount=amount, once=once)
        _before(fault["kind"])
        if fault["kind"] == "cut_before":
            return Response(cut=True)
        answer = self.idempotency.begin(key, request) if key else None
        if answer is None:
            with self.store.lock:
                notice = self.faults.for_notice(operation, amount=amount, once=once)
            work = partial(self._work, notice, action, params, request, path)
            answer = self._first_answer(key, fault["kind"], work)
        wait = fault["seconds"] if fault["kind"] == "latency" else 0.0
        return replace(answer, cut=fault["kind"] == "cut", wait=wait)

    def _amount(self, params: Params, path: Params) -> int:
        """What this call is about, in the currency's smallest unit; 0 if that is nothing."""
        intent = self.store.get("payment_intent", path.get("id") or params.get("payment_intent") or "") or {}
        amount = params.get("amount_to_capture") or params.get("amount") or intent.get("amount", 0)
        return int(amount) if str(amount).isdecimal() else 0

    def _first_answer(self, key: str, fault: str, work: Callable[[], Document]) -> Response:
        answer: Response | None = None
        began = False
        try:
            answer, began = _do(fault, work)
        finally:
            if key:
                self.idempotency.finish(key, answer if began else None)
        return answer

    def _work(self, notice: Document, action: Action, params: Params, request: Request, path: Params) -> Document:
        with self.store.lock:
            self.intents.pass_time()
            with self.webhooks.misbehaving(notice):
                return action(params, request, **path)

    @contextmanager
    def telling(self, operation: str, intent: str) -> Iterator[None]:
        """Somebody else than the shop does this: its events go wrong as asked for. Callers hold the store's lock."""
        amount = self._amount({}, {"id": intent})
        with self.webhooks.misbehaving(self.faults.for_notice(operation, amount=amount, once=intent)):
            yield

    def _authenticate(self, request: Request, params: Params, path: Params) -> None:
        """The secret key opens everything, the publishable one an intent whose client secret one holds."""
        key = _bearer(request) or params.pop("key", "")
        params["_browser"] = False
        if key == self.secret_key:
            return
        if key != self.publishable_key:
            raise ApiError(
                401,
                "invalid_request_error",
                "Invalid API Key provided.",
            )
        intent = self.store.get("payment_intent", path.get("id", ""))
        if intent is None or params.pop("client_secret", "") != intent["client_secret"]:
            message = "This API call cannot be made with a publishable API key."
            raise ApiError(401, "invalid_request_error", message, code="secret_key_required")
        if request.path.rpartition("/")[2] not in {"confirm", path["id"]}:
            raise ApiError(401, "invalid_request_error", "Use a secret API key.", code="secret_key_required")
        params["_browser"] = True

    def _log(self, operation: str, request: Request, response: Response) -> None:
        entry = {
            "operation": operation,
            "path": request.path,
            "idempotency_key": request.headers.get("idempotency-key"),
            "version": request.headers.get("stripe-version"),
            "body": request.body.decode(errors="replace"),
            "status": "cut" if response.cut else response.status,
            "replayed": "Idempotent-Replayed" in response.headers,
        }
        self.store.put("request", new_id("log"), entry)
        self.store.keep_last("request", 1_000)

    # --- the calls ------------------------------------------------------------------------------------------------
    def _create(self, params: Params, request: Request) -> Document:
        if unknown := set(params) - _CREATE - {"_browser"}:
            name = sorted(unknown)[0]
            raise invalid(f"Received unknown parameter: {name}", param=name, code="parameter_unknown")
        intent = self.intents.create(
            amount=_integer(params, "amount"),
            currency=_required(params, "currency"),
            capture_method=params.get("capture_method", "automatic_async"),
            metadata=params.get("metadata") or {},
            description=params.get("description", ""),
            customer=self._owner(params),
            setup_future_usage=params.get("setup_future_usage"),
        )
        if params.get("confirm") == "true":
            return self._confirm(params, request, id=intent["id"])
        return self._shown(intent, params)

    def _retrieve(self, params: Params, request: Request, id: str) -> Document:  # noqa: A002 - Stripe's name
        return self._shown(self.intents.get(id), params)

    def _list_intents(self, params: Params, request: Request) -> Document:
        return _page(list(reversed(self.store.all("payment_intent"))), params, "/v1/payment_intents")

    def _confirm(self, params: Params, request: Request, id: str) -> Document:  # noqa: A002
        kept = params["payment_method"] if self._is_kept(params.get("payment_method")) else ""
        card = self.intents.wallets.card_for(self.intents.get(id), kept) if kept else _card(params)
        away = params.get("off_session") == "true"
        if away and params["_browser"]:
            raise invalid("off_session cannot be used with a publishable key.", param="off_session")
        intent = self.intents.confirm(
            id,
            card,
            return_url=params.get("return_url", ""),
            challenge_url=f"{request.host}/3ds/{id}",
            method=kept,
            off_session=away,
        )
        return self._shown(intent, params)

    def _update(self, params: Params, request: Request, id: str) -> Document:  # noqa: A002
        """Of what Stripe lets change before a payment is made, what the shop changes."""
        if params["_browser"]:
            raise ApiError(401, "invalid_request_error", "Use a secret API key.", code="secret_key_required")
        if unknown := set(params) - {"customer", "setup_future_usage", "expand", "_browser"}:
            name = sorted(unknown)[0]
            raise invalid(f"Received unknown parameter: {name}", param=name, code="parameter_unknown")
        changes = {"customer": self._owner(params)} if params.get("customer") else {}
        if "setup_future_usage" in params:
            changes["setup_future_usage"] = params["setup_future_usage"] or None
        return self._shown(self.intents.update(id, changes), params)

    def _is_kept(self, method: Any) -> bool:
        return isinstance(method, str) and self.store.get("payment_method", method) is not None

    def _owner(self, params: Params) -> str | None:
        """The customer that is named, who exists."""
        return self.intents.wallets.customer(params["customer"])["id"] if params.get("customer") else None

    def _open_customer(self, params: Params, request: Request) -> Document:
        return self.intents.wallets.open(params.get("metadata") or {})

    def _get_method(self, params: Params, request: Request, id: str) -> Document:  # noqa: A002
        return self.intents.wallets.method(id)

    def _detach(self, params: Params, request: Request, id: str) -> Document:  # noqa: A002
        return self.intents.wallets.detach(id)

    def _capture(self, params: Params, request: Request, id: str) -> Document:  # noqa: A002
        amount = _integer(params, "amount_to_capture") if "amount_to_capture" in params else None
        return self._shown(self.intents.capture(id, amount), params)

    def _cancel(self, params: Params, request: Request, id: str) -> Document:  # noqa: A002
        return self._shown(self.intents.cancel(id, params.get("cancellation_reason")), params)

    def _refund(self, params: Params, request: Request) -> Document:
        amount = _integer(params, "amount") if "amount" in params else None
        return self.intents.refund(_required(params, "payment_intent"), amount, params.get("metadata") or {})

    def _list_refunds(self, params: Params, request: Request) -> Document:
        wanted = params.get("payment_intent")
        found = [r for r in reversed(self.store.all("refund")) if wanted in {None, r["payment_intent"]}]
        return _page(found, params, "/v1/refunds")

    def _get_refund(self, params: Params, request: Request, id: str) -> Document:  # noqa: A002
        return self._stored("refund", id)

    def _get_dispute(self, params: Params, request: Request, id: str) -> Document:  # noqa: A002
        dispute = self.intents.get_dispute(id)
        if "charge" in params.get("expand", []):
            return dispute | {"charge": self.intents.charge(dispute["charge"])}
        return dispute

    def _get_charge(self, params: Params, request: Request, id: str) -> Document:  # noqa: A002
        return self._stored("charge", id)

    def _get_event(self, params: Params, request: Request, id: str) -> Document:  # noqa: A002
        return self._stored("event", id)

    def _events(self, params: Params, request: Request) -> Document:
        undelivered = {"true": False, "false": True}.get(params.get("delivery_success", ""))
        types = [params["type"]] if "type" in params else params.get("types", [])
        return _page(self.webhooks.events(undelivered=undelivered, types=types), params, "/v1/events")

    def _balance(self, params: Params, request: Request) -> Document:
        captured = sum(i["amount_received"] for i in self.store.all("payment_intent") if i["currency"] == "vnd")
        amounts = [{"amount": captured, "currency": "vnd", "source_types": {"card": captured}}]
        return {"object": "balance", "available": amounts, "pending": [], "livemode": False}

    def _stored(self, kind: str, key: str) -> Document:
        found = self.store.get(kind, key)
        if found is None:
            raise missing(kind, key)
        return found

    def _shown(self, intent: Document, params: Params) -> Document:
        """With the charge in place of its id when that is asked for; less of it to a browser."""
        if params["_browser"]:
            return {name: value for name, value in intent.items() if name not in _HIDDEN_FROM_BROWSER}
        if "latest_charge" in params.get("expand", []) and intent["latest_charge"]:
            return intent | {"latest_charge": self.intents.charge(intent["latest_charge"])}
        return intent


def _preflight(request: Request, **path: str) -> Response:
    return Response(204, b"", CORS)


def _before(fault: str) -> None:
    if fault == "429":
        raise ApiError(429, "invalid_request_error", "Request rate limit exceeded.", code="rate_limit")
    if fault == "409":
        raise in_use()


def _do(fault: str, work: Callable[[], Document]) -> tuple[Response, bool]:
    """The answer, and whether it is to be remembered."""
    if fault in {"500", "500_no_retry", "500_retry"}:
        return _internal_error(fault), fault != "500_retry"
    try:
        done = work()
    except ApiError as error:
        return json_response(error.body, error.status), error.began
    return (_internal_error(fault) if fault == "500_done" else json_response(done)), True


def _internal_error(fault: str) -> Response:
    error = ApiError(500, "api_error", "An unknown error occurred.")
    hint = {"500_no_retry": {"Stripe-Should-Retry": "false"}, "500_retry": {"Stripe-Should-Retry": "true"}}
    return json_response(error.body, 500, hint.get(fault))


def _bearer(request: Request) -> str:
    """`Authorization: Bearer sk_…`, or `Basic` with the key as user name, as `curl -u sk_…:` sends it."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return value if scheme.lower() == "bearer" else ""


def _required(params: Params, name: str) -> str:
    if not isinstance(params.get(name), str) or not params[name]:
        raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
    return str(params[name])


def _integer(params: Params, name: str) -> int:
    text = _required(params, name)
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise invalid(f"Invalid integer: {text}", param=name, code="parameter_invalid_integer")
    return int(text)


def _card(params: Params) -> cards.Card:
    """A token, or a number that was typed."""
    if "payment_method" in params:
        token = params["payment_method"]
        if token not in cards.BY_TOKEN:
            raise invalid(f"No such PaymentMethod: '{token}'", param="payment_method", code="resource_missing")
        return cards.BY_TOKEN[token]
    typed = (params.get("payment_method_data") or {}).get("card") or {}
    if not typed.get("number"):
        raise invalid("You must provide a payment method.", param="payment_method", code="parameter_missing")
    return cards.by_number(typed["number"])


def _page(documents: list[Document], params: Params, url: str) -> Document:
    """One page of a list that is newest first: https://docs.stripe.com/api/pagination."""
    limit = min(int(params.get("limit", 10)), 100)
    ids = [document["id"] for document in documents]
    if params.get("starting_after") in ids:
        documents = documents[ids.index(params["starting_after"]) + 1 :]
    if params.get("ending_before") in ids:
        documents = documents[: ids.index(params["ending_before"])][-limit:]
    return {"object": "list", "url": url, "data": documents[:limit], "has_more": len(documents) > limit}
