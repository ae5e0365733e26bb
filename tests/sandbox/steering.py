"""Steering all providers alike: views that take JSON or a form, faults, the time, forgetting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from tests.sandbox.clock import Clock
from tests.sandbox.faults import Faults
from tests.sandbox.server import Request, Response, Routes, json_response, redirect
from tests.sandbox.store import Document, Store


class Provider(Protocol):
    """What steering needs of one."""

    faults: Faults

    def pass_time(self) -> None: ...


def steered(store: Store, action: Callable[..., Any], *, back: str = "/") -> Callable[..., Response]:
    """A view of `action(body, **path)`; a ValueError is a 400. A dashboard's form leads back to it."""

    def view(request: Request, **path: str) -> Response:
        form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        try:
            with store.lock:
                done = action(dict(request.form) if form else request.json, **path)
        except (TypeError, ValueError) as error:
            return json_response({"error": str(error)}, 400)
        return redirect(back) if form else json_response(done)

    return view


class Steering:
    """What is the same for all of them, under /_/. Without the name of a provider a fault is Stripe's."""

    def __init__(self, store: Store, providers: Mapping[str, Provider]) -> None:
        self._store, self._clock, self._providers = store, Clock(store), providers

    def routes(self, routes: Routes) -> None:
        routes.add("GET", "/_/faults", lambda request: json_response(self._faults()))
        routes.add("POST", "/_/faults", steered(self._store, self._add_fault))
        routes.add("DELETE", "/_/faults", steered(self._store, self._clear_faults))
        routes.add("POST", "/_/clock", steered(self._store, self._advance))
        routes.add("POST", "/_/forget", steered(self._store, self._forget))

    def _faults(self) -> Document:
        return {name: provider.faults.all() for name, provider in self._providers.items()}

    def _add_fault(self, body: Document) -> Document:
        name = body.pop("provider", "stripe")
        if name not in self._providers:
            raise ValueError(f"provider is one of {sorted(self._providers)}")
        return self._providers[name].faults.add(**body)

    def _clear_faults(self, body: Document) -> Document:
        for provider in self._providers.values():
            provider.faults.clear()
        return self._faults()

    def _advance(self, body: Document) -> Document:
        """`{"advance": seconds}`: holds and links expire, refunds arrive, idempotency keys are forgotten."""
        self._clock.advance(float(body["advance"]))
        for provider in self._providers.values():
            provider.pass_time()
        return {"now": self._clock.now()}

    def _forget(self, body: Document) -> Document:
        """Everything but where messages go."""
        self._store.forget(keep="endpoint")
        return {"forgotten": True}
