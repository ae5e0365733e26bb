"""Everything that Stripe does not have: steering the sandbox, playing the customer and the bank. All under /_/."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.sandbox.server import Routes, json_response
from tests.sandbox.steering import steered
from tests.sandbox.store import Document
from tests.sandbox.stripe import cards
from tests.sandbox.stripe.api import Account
from tests.sandbox.stripe.errors import ApiError


class Admin:
    """Bodies are JSON; a form of the dashboard's works too and leads back to it."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self, routes: Routes) -> None:
        add, store, webhooks = routes.add, self._account.store, self._account.webhooks
        add("GET", "/_/webhooks", lambda request: json_response(self._settings()))
        add("POST", "/_/webhooks", steered(store, lambda body: webhooks.configure("endpoint", body)))
        add("POST", "/_/knobs", steered(store, lambda body: webhooks.configure("knobs", body)))
        add("POST", "/_/deliveries/take", steered(store, lambda body: webhooks.dispatcher.take(**body)))
        add("GET", "/_/deliveries", lambda request: json_response(webhooks.dispatcher.deliveries()))
        add("GET", "/_/objects/{kind}", lambda request, kind: json_response(store.all(kind)))
        add("GET", "/_/requests", lambda request: json_response(store.all("request")))
        add("POST", "/_/events/{id}/send", steered(store, self._send_again))
        add("POST", "/_/kept/{id}/{token}", steered(store, self._becomes))
        add("POST", "/_/play/{id}/{what}", steered(store, self._play))

    def _settings(self) -> Document:
        webhooks = self._account.webhooks
        return {"endpoint": webhooks.endpoint, "knobs": webhooks.knobs, "faults": self._account.faults.all()}

    def _send_again(self, body: Document, id: str) -> Document:  # noqa: A002 - the name in the path
        self._account.webhooks.schedule(id)
        return {"event": id}

    def _becomes(self, body: Document, id: str, token: str) -> Document:  # noqa: A002
        """The bank changes its mind about a kept card."""
        return self._account.intents.wallets.becomes(id, token)

    def _play(self, body: Document, id: str, what: str) -> Document:  # noqa: A002
        """The customer pays (`pm_…`), authenticates or not; the bank lets go, a refund fails, a dispute comes.

        Answers what came of it, or Stripe's `{"error": …}`.
        """
        self._account.intents.pass_time()
        operation = what if what in {"capture", "cancel", "refund"} else "confirm"
        try:
            with self._account.telling(operation, id):
                return self._play_named(what)(id)
        except ApiError as error:
            return error.body

    def _play_named(self, what: str) -> Callable[[str], Document]:
        intents = self._account.intents
        if what in cards.BY_TOKEN:
            return lambda key: intents.confirm(key, cards.BY_TOKEN[what], return_url="", challenge_url="")
        plays: dict[str, Callable[[str], Document]] = {
            "approve": lambda key: self._authenticate(key, passed=True),
            "refuse": lambda key: self._authenticate(key, passed=False),
            "cancel": lambda key: intents.cancel(key, "abandoned"),
            "capture": lambda key: intents.capture(key, None),
            "refund": lambda key: intents.refund(key, None, {}),
            "fail_refund": intents.fail_refund,
            "dispute": intents.dispute,
            "inquiry": lambda key: intents.dispute(key, "warning_needs_response"),
        }
        for status in ("needs_response", "under_review", "won", "lost", "warning_under_review", "warning_closed"):
            plays[f"dispute_{status}"] = partial(self._decide, status=status)
        if what not in plays:
            raise ValueError(f"play one of {sorted([*plays, *cards.BY_TOKEN])}")
        return plays[what]

    def _decide(self, key: str, *, status: str) -> Document:
        return self._account.intents.dispute_becomes(key, status)

    def _authenticate(self, key: str, *, passed: bool) -> Document:
        return authenticate(self._account, key, passed=passed)


def authenticate(account: Account, key: str, *, passed: bool) -> Document:
    """The customer comes back from the bank's page, with the card that sent them there."""
    used = account.store.get("card", key) or {"number": ""}
    return account.intents.authenticate(key, cards.by_number(used["number"]), passed=passed)
