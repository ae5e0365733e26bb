"""The bank: who transfers, what the shop is told, and the statement that it may ask for."""

from __future__ import annotations

import csv
import hmac
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from tests.sandbox.bank.account import LOCAL, Account, Order
from tests.sandbox.bank.notices import Notices, knobs_of
from tests.sandbox.bank.vietqr import scan
from tests.sandbox.clock import Clock
from tests.sandbox.dispatch import new_id
from tests.sandbox.faults import ANSWERS, Faults
from tests.sandbox.server import Request, Response, Routes, json_response
from tests.sandbox.store import Document, Store

PAYER, PAYER_ACCOUNT = "NGUYEN THI LAN", "0987654321"
#: The columns of a statement in CSV.
COLUMNS = ["booked_at", "transaction", "amount", "currency", "memo", "payer_name", "payer_account", "balance"]


class Bank:
    """One account of the shop's, the aggregator's key to it, and everything that happened."""

    def __init__(
        self, store: Store, *, api_key: str, bank_bin: str, account: str, holder: str, magic: bool = False
    ) -> None:
        self.store, self.clock, self.knobs = store, Clock(store), knobs_of(store)
        self._api_key = api_key
        self.account = Account(store, self.clock, self.knobs, bank_bin=bank_bin, number=account, holder=holder)
        self.notices = Notices(store, self.clock, self.knobs)
        self.faults = Faults(store, "bank", answers=("statement",), notices=("transfer",), magic=magic)

    def routes(self, routes: Routes) -> None:
        routes.add("GET", "/bank/v1/statement", self._asked)

    def pass_time(self) -> None:
        """Nothing at a bank happens by itself."""

    # --- the customer ---------------------------------------------------------------------------------------------
    def transfer(self, order: Order) -> Document:
        """Somebody transfers; the shop is told if it is to its account. Callers hold the store's lock."""
        transfer = self.account.receive(order)
        if order.to == self.account.address:
            once = transfer["transaction"]
            self.notices.tell(transfer, self.faults.for_notice("transfer", amount=order.amount, once=once))
            if (kind := self.faults.by_amount(order.amount)) in ANSWERS:
                self.faults.add(operation="statement", kind=kind)
        return transfer

    def ordered(self, body: Document) -> Order:
        """`{amount, memo, payer, payer_account, memo_as, bin, account}`, or `{qr}` and what its customer changes."""
        known = {"qr", "amount", "memo", "payer", "payer_account", "memo_as", "bin", "account"}
        if unknown := set(body) - known:
            raise ValueError(f"unknown: {sorted(unknown)}; there are {sorted(known)}")
        bank, account = self.account.address
        asked: Document = {"bin": bank, "account": account, "amount": 0, "memo": ""}
        if body.get("qr"):
            asked |= vars(scan(body["qr"]))
        asked |= {name: value for name, value in body.items() if value is not None}
        if wrong := [name for name, value in asked.items() if name != "amount" and not isinstance(value, str)]:
            raise ValueError(f"not text: {wrong}")
        return Order(
            amount=asked["amount"],
            memo=asked["memo"],
            payer=asked.get("payer", PAYER),
            payer_account=asked.get("payer_account", PAYER_ACCOUNT),
            to=(asked["bin"], asked["account"]),
            memo_as=asked.get("memo_as", ""),
        )

    # --- the shop -------------------------------------------------------------------------------------------------
    def _asked(self, request: Request) -> Response:
        """`?day=2026-11-21`, today without it; `&format=csv`."""
        response = self._answer(request)
        status: Any = "cut" if response.cut else response.status
        entry = {"operation": "statement", "query": dict(request.query), "status": status}
        self.store.put("bank_request", new_id("log"), entry)
        self.store.keep_last("bank_request", 1_000)
        return response

    def _answer(self, request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {self._api_key}"):
            return json_response({"error": "unauthorized"}, 401)
        fault = self.faults.for_answer("statement")
        if instead := _instead(fault["kind"]):
            return instead
        query = dict(request.query)
        try:
            day = date.fromisoformat(query["day"]) if "day" in query else self._today()
        except ValueError:
            return json_response({"error": "day is written 2026-11-21"}, 400)
        statement = self.account.statement(day)
        answer = _csv(statement) if query.get("format") == "csv" else json_response(statement)
        wait = fault["seconds"] if fault["kind"] == "latency" else 0.0
        return replace(answer, cut=fault["kind"] == "cut", wait=wait)

    def _today(self) -> date:
        return datetime.fromtimestamp(self.clock.now(), UTC).astimezone(LOCAL).date()


def _instead(kind: str) -> Response | None:
    """The answer of a call that is not carried out."""
    hint = {"429": {"Retry-After": "1"}, "500_retry": {"Retry-After": "1"}}.get(kind, {})
    if kind in {"409", "429", "500", "500_retry", "500_no_retry", "500_done"}:
        return json_response({"error": "try again later"}, int(kind[:3]), hint)
    return Response(cut=True) if kind == "cut_before" else None


def _csv(statement: Document) -> Response:
    """For spreadsheets: in UTF-8 with the mark by which they know it, as banks export."""
    lines = io.StringIO()
    writer = csv.DictWriter(lines, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for transfer in statement["transactions"]:
        payer = {f"payer_{name}": value for name, value in transfer["payer"].items()}
        writer.writerow(transfer | payer)
    name = f"statement-{statement['account']}-{statement['day']}.csv"
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(200, lines.getvalue().encode("utf-8-sig"), headers)
