"""Everything that Stripe does not have: steering the sandbox, playing the customer and the bank. All under /_/."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.server import Request, Response, Routes, json_response, redirect
from tests.sandbox.store import Document
from tests.sandbox.stripe import cards
from tests.sandbox.stripe.api import Account
from tests.sandbox.stripe.errors import ApiError


class Admin:
    """Bodies are JSON; a form of the dashboard's works too and leads back to it."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self, routes: Routes) -> None:
        add = routes.add
        add("GET", "/_/webhooks", lambda request: json_response(self._settings()))
        add("POST", "/_/webhooks", self._view(lambda body: self._account.webhooks.configure("endpoint", body)))
        add("POST", "/_/knobs", self._view(lambda body: self._account.webhooks.configure("knobs", body)))
        add("POST", "/_/faults", self._view(lambda body: self._account.faults.add(**body)))
        add("DELETE", "/_/faults", self._view(self._clear_faults))
        add("POST", "/_/clock", self._view(self._advance))
        add("POST", "/_/deliveries/take", self._view(lambda body: self._account.webhooks.take()))
        add("GET", "/_/deliveries", lambda request: json_response(self._account.webhooks.deliveries()))
        add("GET", "/_/objects/{kind}", lambda request, kind: json_response(self._account.store.all(kind)))
        add("GET", "/_/requests", lambda request: json_response(self._account.store.all("request")))
        add("POST", "/_/events/{id}/send", self._view(self._send_again))
        add("POST", "/_/play/{id}/{what}", self._view(self._play))
        add("POST", "/_/forget", self._view(self._forget))

    def _view(self, action: Callable[..., Any]) -> Callable[..., Response]:
        def view(request: Request, **path: str) -> Response:
            form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
            try:
                with self._account.store.lock:
                    done = action(dict(request.form) if form else request.json, **path)
            except ApiError as error:
                done = error.body
            except (TypeError, ValueError) as error:
                return json_response({"error": str(error)}, 400)
            return redirect("/") if form else json_response(done)

        return view

    def _settings(self) -> Document:
        webhooks = self._account.webhooks
        return {"endpoint": webhooks.endpoint, "knobs": webhooks.knobs, "faults": self._account.store.all("fault")}

    def _clear_faults(self, body: Document) -> Document:
        self._account.faults.clear()
        return self._settings()

    def _advance(self, body: Document) -> Document:
        """`{"advance": seconds}`: holds expire, refunds arrive, idempotency keys are forgotten."""
        self._account.clock.advance(float(body["advance"]))
        self._account.intents.pass_time()
        return {"now": self._account.clock.now()}

    def _send_again(self, body: Document, id: str) -> Document:  # noqa: A002 - the name in the path
        self._account.webhooks.schedule(id)
        return {"event": id}

    def _play(self, body: Document, id: str, what: str) -> Document:  # noqa: A002
        """The customer pays (`pm_…`), authenticates or not; the bank lets go, a refund fails, a dispute comes."""
        intents = self._account.intents
        intents.pass_time()
        if what in cards.BY_TOKEN:
            return intents.confirm(id, cards.BY_TOKEN[what], return_url="", challenge_url="")
        plays: dict[str, Callable[[str], Document]] = {
            "approve": lambda key: self._authenticate(key, passed=True),
            "refuse": lambda key: self._authenticate(key, passed=False),
            "cancel": lambda key: intents.cancel(key, "abandoned"),
            "capture": lambda key: intents.capture(key, None),
            "refund": lambda key: intents.refund(key, None, {}),
            "fail_refund": intents.fail_refund,
            "dispute": intents.dispute,
        }
        if what not in plays:
            raise ValueError(f"play one of {sorted([*plays, *cards.BY_TOKEN])}")
        return plays[what](id)

    def _authenticate(self, key: str, *, passed: bool) -> Document:
        return authenticate(self._account, key, passed=passed)

    def _forget(self, body: Document) -> Document:
        """Everything but where webhooks go."""
        endpoint = self._account.webhooks.endpoint
        self._account.store.forget()
        self._account.webhooks.configure("endpoint", endpoint)
        return {"forgotten": True}


def authenticate(account: Account, key: str, *, passed: bool) -> Document:
    """The customer comes back from the bank's page, with the card that sent them there."""
    used = account.store.get("card", key) or {"number": ""}
    return account.intents.authenticate(key, cards.by_number(used["number"]), passed=passed)
