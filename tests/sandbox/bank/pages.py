"""The customer's banking app: a VietQR is "scanned" (its text pasted) and paid in one click."""

from __future__ import annotations

from html import escape

from tests.sandbox.bank.api import Bank
from tests.sandbox.bank.vietqr import scan
from tests.sandbox.pages import button, money, page, row
from tests.sandbox.server import Request, Response, Routes, html_response
from tests.sandbox.store import Document

#: What banks make of a memo: see `memos`.
MADE_OF_IT = {
    "as_typed": "giữ nguyên · as typed",
    "wrapped": "viết hoa, thêm chữ · in capitals between other words",
    "truncated": "cắt bớt · cut",
    "changed": "sửa chữ · changed",
    "lost": "bỏ hết · lost",
}


class Pages:
    """Scanning, and what arrived."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def routes(self, routes: Routes) -> None:
        routes.add("GET", "/bank/", self._show)
        routes.add("POST", "/bank/pay", self._pay)

    def _show(self, request: Request) -> Response:
        """`?qr=` comes scanned already: a link to here stands in for a phone's camera."""
        qr = dict(request.query).get("qr", "").strip()
        return self._page(qr=qr, said=self._scanned(qr) if qr else "")

    def _scanned(self, qr: str) -> str:
        try:
            found = scan(qr)
        except ValueError as error:
            return _alert(f"Mã QR không hợp lệ. · Not a valid QR: {error}")
        fields = {
            "qr": escape(qr),
            "to": escape(f"{found.bin} · {found.account}"),
            "holder": escape(self._holder(found.bin, found.account)),
            "amount": str(found.amount or ""),
            "memo": escape(found.memo),
            "ways": "".join(f'<option value="{way}">{text}</option>' for way, text in MADE_OF_IT.items()),
        }
        return page("bank_transfer.html", **fields)

    def _holder(self, bank: str, account: str) -> str:
        known = (bank, account) == self._bank.account.address
        return self._bank.account.holder if known else "tài khoản khác, cửa hàng không thấy · not the shop's account"

    def _pay(self, request: Request) -> Response:
        form = dict(request.form)
        try:
            form_amount = form.pop("amount", "").replace(".", "")
            order = self._bank.ordered(form | {"amount": int(form_amount) if form_amount else None})
            with self._bank.store.lock:
                transfer = self._bank.transfer(order)
        except ValueError as error:
            return self._page(qr=form.get("qr", ""), said=_alert(str(error)))
        done = f"Đã chuyển {money(transfer['amount'])}. · Transferred. {transfer['transaction']}"
        return self._page(qr="", said=f'<p role="status">{escape(done)}</p>')

    def _page(self, *, qr: str, said: str) -> Response:
        with self._bank.store.lock:
            transfers = reversed(self._bank.store.all("bank_transfer")[-50:])
            rows = "".join(self._row(transfer) for transfer in transfers)
        account = self._bank.account
        here = {"bin": account.bin, "account": account.number, "holder": escape(account.holder)}
        url = escape(self._bank.notices.endpoint["url"] or "nowhere")
        return html_response(page("bank.html", qr=escape(qr), said=said, transfers=rows, url=url, **here))

    def _row(self, transfer: Document) -> str:
        told = [n for n in self._bank.store.all("bank_notice") if n["data"]["transaction"] == transfer["transaction"]]
        tries = [d for notice in told for d in self._bank.notices.dispatcher.of(notice["id"])]
        answers = ", ".join(f"{d['status']} {d['answer'] or ''}".strip() for d in tries) or "not sent"
        again = "".join(button(f"/_/bank/notices/{notice['id']}/send", "send again") for notice in told[:1])
        account = f"{transfer['bin']} {transfer['account']}"
        shown = (transfer["transaction"], account, money(transfer["amount"]), transfer["memo"], answers)
        return row(*(escape(cell) for cell in shown), again)


def _alert(text: str) -> str:
    return f'<p role="alert">{escape(text)}</p>'
