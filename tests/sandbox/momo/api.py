"""The gateway's HTTP interface: signatures, repetitions, faults, and what they lead to."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

from tests.sandbox.clock import Clock
from tests.sandbox.dispatch import new_id
from tests.sandbox.faults import Faults
from tests.sandbox.momo import formats
from tests.sandbox.momo.codes import CODES, SUCCESS, Refused, final, told
from tests.sandbox.momo.ipn import Ipns
from tests.sandbox.momo.knobs import momos
from tests.sandbox.momo.payments import Payments, notice
from tests.sandbox.momo.refunds import Refunds
from tests.sandbox.momo.signatures import raw, signature
from tests.sandbox.server import Request, Response, Routes, json_response
from tests.sandbox.store import Document, Store

#: Result codes that may be asked for as faults: all that say no.
REFUSALS = {str(code): CODES[code].en for code in CODES if code not in {SUCCESS, 1000, 7000, 7002, 8000, 9000}}

Action = Callable[[Document, Request, Document], Document]


class Partner:
    """One merchant of MoMo's: its keys and everything in its account."""

    def __init__(
        self, store: Store, *, partner_code: str, access_key: str, secret_key: str, magic: bool = False
    ) -> None:
        self.partner_code, self.access_key, self._secret_key = partner_code, access_key, secret_key
        self.store, self.clock, self.knobs = store, Clock(store), momos(store)
        self.ipns = Ipns(store, self.clock, self.knobs, access_key=access_key, secret_key=secret_key)
        self.payments = Payments(store, self.clock, self.knobs, self._tell)
        self.refunds = Refunds(store, self.clock, self.knobs, self.payments)
        self.faults = Faults(
            store,
            "momo",
            answers=("create", "query", "refund", "confirm"),
            notices=("pay",),
            kinds=REFUSALS,
            without=("wrong_currency",),
            magic=magic,
        )

    def routes(self, routes: Routes) -> None:
        """Everything under /momo/v2/gateway/api."""
        actions: dict[str, Action] = {
            "create": self._create,
            "query": self._query,
            "refund": self._refund,
            "confirm": self._confirm,
        }
        for operation, action in actions.items():
            routes.add("POST", f"/momo/v2/gateway/api/{operation}", self._call(operation, action))

    # --- the customer ---------------------------------------------------------------------------------------------
    def decide(self, order_id: str, what: str, *, pay_type: str = "webApp") -> Document:
        """See `Payments.decide`; callers hold the store's lock."""
        self.pass_time()
        return self.payments.decide(order_id, what, pay_type=pay_type)

    def pass_time(self) -> None:
        """Callers hold the store's lock."""
        self.payments.pass_time()
        self.refunds.pass_time()

    def start(self) -> None:
        """Send IPNs from now on, and let links expire and slow banks answer without being asked."""
        self.ipns.dispatcher.start()
        Thread(target=self._tick, daemon=True, name="momo").start()

    def _tick(self) -> None:
        while True:
            time.sleep(0.5)
            with self.store.lock:
                self.pass_time()

    def _tell(self, payment: Document) -> None:
        once = f"{payment['orderInfo']} {payment['resultCode']}"
        fault = self.faults.for_notice("pay", amount=payment["amount"], once=once)
        self.ipns.tell(payment["ipnUrl"], notice(payment, self.partner_code, self.clock.now()), fault)

    # --- the way of every call ------------------------------------------------------------------------------------
    def _call(self, operation: str, action: Action) -> Callable[[Request], Response]:
        def view(request: Request) -> Response:
            fields: Document = {}
            try:
                fields = formats.read(operation, request.body)
                self._authenticate(operation, fields)
                response = self._faulty(operation, action, fields, request)
            except Refused as refused:
                response = json_response(self._refusal(fields, refused), refused.status)
            self._log(operation, request, response)
            return response

        return view

    def _authenticate(self, operation: str, fields: Document) -> None:
        """13 for another partner, another key, or a signature over anything but this."""
        expected = signature(raw(operation, fields, self.access_key), self._secret_key)
        genuine = hmac.compare_digest(expected.encode(), fields["signature"].encode())
        known = fields["partnerCode"] == self.partner_code
        if not (genuine and known and fields.get("accessKey", self.access_key) == self.access_key):
            raise Refused(13)

    def _faulty(self, operation: str, action: Action, fields: Document, request: Request) -> Response:
        """Do it, unless something goes wrong before, and lose the answer if something goes wrong after."""
        amount = int(fields.get("amount", 0))
        fault = self.faults.for_answer(operation, amount=amount, once=_purpose(fields))
        if instead := _instead(fault["kind"]):
            return instead
        with self.store.lock:
            self.pass_time()
            response = json_response(action(fields, request, fault))
        if fault["kind"] == "500_done":
            return _server_error()
        wait = fault["seconds"] if fault["kind"] == "latency" else 0.0
        return replace(response, cut=fault["kind"] == "cut", wait=wait)

    def _refusal(self, fields: Document, refused: Refused) -> Document:
        """Named as far as the request could be read."""
        named = {name: fields[name] for name in ("partnerCode", "requestId", "orderId", "amount") if name in fields}
        message = refused.message or told(refused.code, fields.get("lang", "vi"))
        return named | {"responseTime": self._now(), "message": message, "resultCode": refused.code}

    def _log(self, operation: str, request: Request, response: Response) -> None:
        entry = {
            "operation": operation,
            "path": request.path,
            "body": request.body.decode(errors="replace"),
            "status": "cut" if response.cut else response.status,
            "answer": response.body.decode(),
        }
        self.store.put("momo_request", new_id("log"), entry)
        self.store.keep_last("momo_request", 1_000)

    def _now(self) -> int:
        return int(self.clock.now() * 1_000)

    # --- repetitions ----------------------------------------------------------------------------------------------
    @contextmanager
    def _once(self, operation: str, fields: Document) -> Iterator[Document]:
        """A box for the answer; it comes filled if this very request was answered before and that is final."""
        key = f"{operation} {fields['requestId']}"
        earlier = self.store.get("momo_answer", key)
        if earlier and (earlier["signature"] != fields["signature"] or not self._settled(operation, earlier)):
            raise Refused(40)
        box: Document = dict(earlier["answer"]) if earlier else {}
        yield box
        self.store.put("momo_answer", key, {"signature": fields["signature"], "answer": box})

    def _settled(self, operation: str, earlier: Document) -> bool:
        """Whether what the request began has come to its end, so that the request may be answered again."""
        order_id = earlier["answer"]["orderId"]
        if operation == "create" and self.knobs["repeat_create"]:
            return True
        kind = "momo_refund" if operation == "refund" else "momo_payment"
        return final((self.store.get(kind, order_id) or {"resultCode": SUCCESS})["resultCode"])

    # --- the calls ------------------------------------------------------------------------------------------------
    def _create(self, fields: Document, request: Request, fault: Document) -> Document:
        with self._once("create", fields) as answer:
            if not answer:
                _refuse(fault)
                payment = self.payments.create(fields)
                answer.update(self._link(payment, request))
        return answer

    def _link(self, payment: Document, request: Request) -> Document:
        pay_url = f"{request.host}/momo/v2/gateway/pay?t={payment['token']}"
        answer: Document = {
            "partnerCode": self.partner_code,
            "requestId": payment["requestId"],
            "orderId": payment["orderId"],
            "amount": payment["amount"],
            "responseTime": self._now(),
            "message": told(SUCCESS, payment["lang"]),
            "resultCode": SUCCESS,
            "payUrl": pay_url,
        }
        if self.knobs["app_links"]:
            app = f"momo://app?action=payWithApp&isScanQR=false&sid={payment['token']}"
            answer |= {"deeplink": app, "qrCodeUrl": f"{pay_url}&by=qr"}
        signed = signature(raw("create_response", answer, self.access_key), self._secret_key)
        return answer | {"signature": signed, "userFee": 0}

    def _query(self, fields: Document, request: Request, fault: Document) -> Document:
        """A payment or a refund, by its own id."""
        _refuse(fault)
        refund = self.store.get("momo_refund", fields["orderId"])
        found = refund or self.payments.get(fields["orderId"])
        language = fields.get("lang", "vi")
        return {
            "partnerCode": self.partner_code,
            "requestId": fields["requestId"],
            "orderId": fields["orderId"],
            "extraData": found.get("extraData", ""),
            "amount": found["amount"],
            "transId": found["transId"],
            "payType": found.get("payType", ""),
            "resultCode": found["resultCode"],
            "refundTrans": [] if refund else [_transaction(r) for r in self.refunds.of(found)],
            "message": told(found["resultCode"], language),
            "responseTime": self._now(),
            "lastUpdated": self._now(),
            "paymentOption": "momo",
            "promotionInfo": None,
        }

    def _refund(self, fields: Document, request: Request, fault: Document) -> Document:
        with self._once("refund", fields) as answer:
            if not answer:
                refuse = int(fault["kind"]) if fault["kind"] in REFUSALS else 0
                self.refunds.create(fields, refuse=refuse)
            answer.update(self._outcome(self.refunds.get(fields["orderId"]), fields))
        return answer

    def _confirm(self, fields: Document, request: Request, fault: Document) -> Document:
        with self._once("confirm", fields) as answer:
            if not answer:
                _refuse(fault)
                payment = self.payments.confirm(fields)
                done = payment | {"requestId": fields["requestId"], "resultCode": SUCCESS}
                answer.update(self._outcome(done, fields) | {"requestType": fields["requestType"]})
        return answer

    def _outcome(self, done: Document, fields: Document) -> Document:
        code = done["resultCode"]
        return {
            "partnerCode": self.partner_code,
            "orderId": done["orderId"],
            "requestId": done["requestId"],
            "amount": done["amount"],
            "transId": done["transId"],
            "resultCode": code,
            "message": told(code, fields.get("lang", "vi")),
            "responseTime": self._now(),
        }


def _transaction(refund: Document) -> Document:
    """A refund as the query of its payment lists it."""
    names = ("orderId", "amount", "resultCode", "transId")
    return {name: refund[name] for name in names} | {"createdTime": int(refund["created"] * 1_000)}


def _purpose(fields: Document) -> str:
    """What a call is for; the same for the next attempt under new ids."""
    return str(fields.get("transId") or fields.get("orderInfo") or fields["orderId"])


def _refuse(fault: Document) -> None:
    if fault["kind"] in REFUSALS:
        raise Refused(int(fault["kind"]))


def _instead(kind: str) -> Response | None:
    """The answer of a call that is not carried out."""
    if kind == "cut_before":
        return Response(cut=True)
    if kind == "429":
        return json_response({"message": "Too many requests"}, 429, {"Retry-After": "1"})
    if kind == "409":
        return json_response({"message": CODES[43].en, "resultCode": 43}, 409)
    if kind in {"500", "500_no_retry"}:
        return _server_error()
    return (
        json_response({"message": "Service unavailable"}, 500, {"Retry-After": "1"}) if kind == "500_retry" else None
    )


def _server_error() -> Response:
    """Not from MoMo's own hand, as proxies write it."""
    return Response(500, b"<html><h1>Internal Server Error</h1></html>", {"Content-Type": "text/html"})
