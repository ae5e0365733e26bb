"""What a browser sees: the stand-in for Stripe.js, the card fields, the bank's page, the dashboard."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from tests.sandbox.pages import HERE, button, money, page, row
from tests.sandbox.server import Request, Response, Routes, html_response, redirect
from tests.sandbox.store import Document
from tests.sandbox.stripe.admin import authenticate
from tests.sandbox.stripe.api import CORS, Account
from tests.sandbox.stripe.errors import ApiError


class Browser:
    """Pages for the customer, and one for whoever watches."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self, routes: Routes) -> None:
        routes.add("GET", "/js/stripe.js", lambda request: _script("stripe.js"))
        routes.add("GET", "/js/frame.js", lambda request: _script("frame.js"))
        routes.add("GET", "/js/frame", lambda request: html_response(page("frame.html")))
        routes.add("GET", "/3ds/{id}", self._challenge)
        routes.add("POST", "/3ds/{id}", self._challenged)
        routes.add("GET", "/", self._dashboard)

    def _challenge(self, request: Request, id: str) -> Response:  # noqa: A002 - the name in the path
        intent = self._account.store.get("payment_intent", id)
        if intent is None or intent["status"] != "requires_action":
            return html_response(page("done.html", message="Nothing to approve. · Không có gì cần xác thực."))
        return html_response(page("challenge.html", amount=_money(intent), id=id))

    def _challenged(self, request: Request, id: str) -> Response:  # noqa: A002
        passed = ("answer", "approve") in request.form
        with self._account.store.lock:
            back = (self._account.store.get("card", id) or {}).get("return_url", "")
            try:
                intent = authenticate(self._account, id, passed=passed)
            except ApiError:  # the bank declined, or somebody answered twice
                intent = self._account.intents.get(id)
        if not back:
            return html_response(page("done.html", message="You may close this page. · Bạn có thể đóng trang này."))
        failed = intent["status"] in {"requires_payment_method", "canceled"}
        outcome = {
            "payment_intent": id,
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": "failed" if failed else "succeeded",
        }
        return redirect(f"{back}{'&' if '?' in back else '?'}{urlencode(outcome)}")

    def _dashboard(self, request: Request) -> Response:
        with self._account.store.lock:
            self._account.intents.pass_time()
            intents = self._account.store.all("payment_intent")[-50:]
            events = self._account.store.all("event")[-50:]
            deliveries = self._account.webhooks.dispatcher.deliveries()
        return html_response(
            page(
                "dashboard.html",
                url=self._account.webhooks.endpoint["url"] or "nowhere",
                intents="".join(_intent_row(intent) for intent in reversed(intents)),
                events="".join(_event_row(event, deliveries) for event in reversed(events)),
            )
        )


_PLAYS = {
    "requires_payment_method": ("pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired", "cancel"),
    "requires_action": ("approve", "refuse", "cancel"),
    "requires_capture": ("capture", "cancel"),
    "succeeded": ("refund", "dispute"),
}


def _script(name: str) -> Response:
    headers = {"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-store", **CORS}
    return Response(200, (HERE / name).read_bytes(), headers)


def _money(intent: Document) -> str:
    return money(intent["amount"], intent["currency"].upper())


def _intent_row(intent: Document) -> str:
    plays = _PLAYS.get(intent["status"], ())
    buttons = "".join(button(f"/_/play/{intent['id']}/{what}", what.removeprefix("pm_card_")) for what in plays)
    order = escape(str(intent["metadata"].get("order_number", "")))
    cells = (intent["id"], order, _money(intent), intent["status"], str(intent["amount_received"]))
    return row(*cells, buttons)


def _event_row(event: Document, deliveries: list[Document]) -> str:
    tries = [d for d in deliveries if d["event"] == event["id"]]
    answers = ", ".join(f"{d['status']} {d['answer'] or ''}".strip() for d in tries) or "not sent"
    about = event.get("data", {}).get("object", {}).get("id", "")
    cells = (event["id"], event["type"], about, escape(answers))
    return row(*cells, button(f"/_/events/{event['id']}/send", "send again"))
