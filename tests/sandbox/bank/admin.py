"""Everything that a bank does not have: transfers by command, knobs, notices. All under /_/bank/."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.bank.api import Bank
from tests.sandbox.server import Routes, json_response
from tests.sandbox.steering import steered
from tests.sandbox.store import Document


class Admin:
    """Bodies are JSON; a form of the dashboard's works too and leads back to it."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def routes(self, routes: Routes) -> None:
        bank = self._bank
        dispatcher = bank.notices.dispatcher
        actions: dict[str, Callable[..., Any]] = {
            "/_/bank/transfers": lambda body: bank.transfer(bank.ordered(body)),
            "/_/bank/endpoint": bank.notices.configure,
            "/_/bank/knobs": bank.knobs.set,
            "/_/bank/notices/take": lambda body: dispatcher.take(**body),
            "/_/bank/notices/{id}/send": self._send_again,
        }
        for path, action in actions.items():
            routes.add("POST", path, steered(bank.store, action, back="/bank/"))
        shown: dict[str, Callable[[], Any]] = {
            "/_/bank/transfers": lambda: bank.store.all("bank_transfer"),
            "/_/bank/endpoint": lambda: bank.notices.endpoint,
            "/_/bank/knobs": bank.knobs.all,
            "/_/bank/notices": lambda: bank.store.all("bank_notice"),
            "/_/bank/deliveries": dispatcher.deliveries,
            "/_/bank/requests": lambda: bank.store.all("bank_request"),
        }
        for path, read in shown.items():
            routes.add("GET", path, lambda request, read=read: json_response(read()))

    def _send_again(self, body: Document, id: str) -> Document:  # noqa: A002 - the name in the path
        self._bank.notices.dispatcher.schedule(id)
        return {"notice": id}
