"""What a browser sees: the page behind `payUrl`, where one plays the customer, and a list for whoever watches."""

from __future__ import annotations

from html import escape

from tests.sandbox.momo.api import Partner
from tests.sandbox.momo.codes import AUTHORISED, SUCCESS, WAITING, told
from tests.sandbox.momo.returning import address_back
from tests.sandbox.pages import button, money, page, row
from tests.sandbox.server import Request, Response, Routes, html_response, redirect
from tests.sandbox.store import Document

#: The buttons of the pay page, in both languages.
CHOICES = {
    "approve": "Thanh toán · Pay",
    "slow": "Thanh toán, ngân hàng chậm · Pay, the bank is slow",
    "insufficient": "Không đủ số dư · Not enough money",
    "over_limit": "Vượt hạn mức · Over the limit",
    "refuse": "Từ chối · Refuse",
    "expire": "Để hết hạn · Let it expire",
}


class Pages:
    """The customer's page at MoMo, and the dashboard."""

    def __init__(self, partner: Partner) -> None:
        self._partner = partner

    def routes(self, routes: Routes) -> None:
        routes.add("GET", "/momo/v2/gateway/pay", self._show)
        routes.add("POST", "/momo/v2/gateway/pay", self._decided)
        routes.add("GET", "/momo/", self._dashboard)

    def _show(self, request: Request) -> Response:
        with self._partner.store.lock:
            self._partner.pass_time()
            payment = self._payment(request)
        if payment is None:
            return html_response(
                page("momo_done.html", message="Không tìm thấy giao dịch. · No such payment.", back="")
            )
        if payment["resultCode"] != WAITING or payment["next"] != 1005:
            return self._over(payment)
        choices = "".join(f'<button name="what" value="{what}">{text}</button>' for what, text in CHOICES.items())
        shown = {"amount": money(payment["amount"]), "about": escape(payment["orderInfo"]), "choices": choices}
        return html_response(page("momo_pay.html", action=escape(f"{request.path}?{request.raw_query}"), **shown))

    def _over(self, payment: Document) -> Response:
        code = payment["resultCode"]
        message = f"{told(code, 'vi')} · {told(code, 'en')}"
        back = f'<a href="{escape(address_back(self._partner, payment))}">Về cửa hàng · Back to the shop</a>'
        return html_response(page("momo_done.html", message=escape(message), back=back))

    def _payment(self, request: Request) -> Document | None:
        return self._partner.payments.by("token", dict(request.query).get("t", ""))

    def _decided(self, request: Request) -> Response:
        what = dict(request.form).get("what", "")
        scanned = dict(request.query).get("by") == "qr"
        with self._partner.store.lock:
            payment = self._payment(request)
            if payment is None or what not in CHOICES:
                return self._show(request)
            payment = self._partner.decide(payment["orderId"], what, pay_type="qr" if scanned else "webApp")
        return self._return(payment)

    def _return(self, payment: Document) -> Response:
        """Back to the shop, before, after or without the IPN's arrival, or not at all."""
        way = self._partner.knobs["redirect"]
        if way == "after":
            self._partner.ipns.dispatcher.settle()
        if way == "never":
            return self._over(payment)
        return redirect(address_back(self._partner, payment))

    def _dashboard(self, request: Request) -> Response:
        partner = self._partner
        with partner.store.lock:
            partner.pass_time()
            payments = [self._payment_row(p) for p in reversed(partner.store.all("momo_payment")[-50:])]
            refunds = [_refund_row(r) for r in reversed(partner.store.all("momo_refund")[-50:])]
            notices = [self._notice_row(n) for n in reversed(partner.store.all("momo_ipn")[-50:])]
        rows = {"payments": "".join(payments), "refunds": "".join(refunds), "notices": "".join(notices)}
        return html_response(page("momo_dashboard.html", partner=partner.partner_code, **rows))

    def _payment_row(self, payment: Document) -> str:
        code = payment["resultCode"]
        plays = {WAITING: ("approve", "slow", "refuse"), AUTHORISED: ("let_go",)}.get(code, ())
        buttons = "".join(button(f"/_/momo/play/{payment['orderId']}/{what}", what) for what in plays)
        link = f'<a href="/momo/v2/gateway/pay?t={payment["token"]}">{escape(payment["orderId"])}</a>'
        about = (escape(payment["orderInfo"]), money(payment["amount"]), f"{code} {told(code, 'en')}")
        given = sum(r["amount"] for r in self._partner.refunds.of(payment) if r["resultCode"] == SUCCESS)
        return row(link, *about, money(given) if given else "", buttons)

    def _notice_row(self, notice: Document) -> str:
        tries = self._partner.ipns.dispatcher.of(notice["id"])
        answers = ", ".join(f"{d['status']} {d['answer'] or ''}".strip() for d in tries) or "not sent"
        fields = notice["fields"]
        again = button(f"/_/momo/notices/{notice['id']}/send", "send again")
        return row(escape(fields["orderId"]), str(fields["resultCode"]), escape(answers), again)


def _refund_row(refund: Document) -> str:
    code = refund["resultCode"]
    return row(escape(refund["orderId"]), escape(refund["payment"]), money(refund["amount"]), f"{code}")
