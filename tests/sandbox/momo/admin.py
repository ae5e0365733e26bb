"""Everything that MoMo does not have: its knobs, playing the customer, its messages. All under /_/momo/."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.momo.api import Partner
from tests.sandbox.momo.codes import Refused
from tests.sandbox.momo.payments import DECISIONS
from tests.sandbox.momo.returning import address_back
from tests.sandbox.server import Routes, json_response
from tests.sandbox.steering import steered
from tests.sandbox.store import Document

#: MoMo's own doing, not the customer's.
LET_GO = "let_go"


class Admin:
    """Bodies are JSON; a form of the dashboard's works too and leads back to it."""

    def __init__(self, partner: Partner) -> None:
        self._partner = partner

    def routes(self, routes: Routes) -> None:
        partner = self._partner
        dispatcher = partner.ipns.dispatcher
        actions: dict[str, Callable[..., Any]] = {
            "/_/momo/knobs": partner.knobs.set,
            "/_/momo/notices/take": lambda body: dispatcher.take(**body),
            "/_/momo/notices/{id}/send": self._send_again,
            "/_/momo/play/{id}/{what}": self._play,
        }
        for path, action in actions.items():
            routes.add("POST", path, steered(partner.store, action, back="/momo/"))
        shown = {
            "/_/momo/knobs": partner.knobs.all,
            "/_/momo/notices": lambda: partner.store.all("momo_ipn"),
            "/_/momo/deliveries": dispatcher.deliveries,
            "/_/momo/payments": lambda: partner.store.all("momo_payment"),
            "/_/momo/refunds": lambda: partner.store.all("momo_refund"),
            "/_/momo/requests": lambda: partner.store.all("momo_request"),
        }
        for path, read in shown.items():
            routes.add("GET", path, lambda request, read=read: json_response(read()))

    def _send_again(self, body: Document, id: str) -> Document:  # noqa: A002 - the name in the path
        self._partner.ipns.dispatcher.schedule(id)
        return {"notice": id}

    def _play(self, body: Document, id: str, what: str) -> Document:  # noqa: A002
        """The customer acts (`approve refuse …`, or a code) or MoMo lets a hold go; with the way back to the shop."""
        partner = self._partner
        try:
            if what == LET_GO:
                partner.pass_time()
                payment = partner.payments.let_go(id)
            else:
                payment = partner.decide(id, what)
        except Refused as refused:
            wanted = sorted([*DECISIONS, LET_GO])
            raise ValueError(f"{refused}: {id} cannot {what}; there are {wanted}") from refused
        return payment | {"redirect": address_back(partner, payment)}
