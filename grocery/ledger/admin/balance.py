"""The trial balance, an account's card, and both of them and the journal as files."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from grocery.kernel.money import dong
from grocery.kernel.quantity import plain
from grocery.ledger import public as ledger
from grocery.ledger.admin.asking import check_may
from grocery.ledger.admin.exports import Row, as_file
from grocery.ledger.admin.periods import Period, period_of
from grocery.ledger.admin.wording import line_name, named
from grocery.ledger.models import ACCOUNTS, Posting

_TITLES: Final = dict(ACCOUNTS)
#: So many postings are on a page; the files have all.
_MOST: Final = 500


def routes() -> list[URLPattern]:
    view = admin.site.admin_view
    return [
        path("balance/", view(balance_page), name="ledger_balance"),
        path("balance.<slug:form>", view(balance_file), name="ledger_balance_file"),
        path("account/<slug:account>/", view(account_page), name="ledger_account"),
        path("account/<slug:account>.<slug:form>", view(account_file), name="ledger_account_file"),
        path("journal.<slug:form>", view(journal_file), name="ledger_journal_file"),
    ]


def balance_page(request: HttpRequest) -> HttpResponse:
    check_may(request, "view_entry")
    period = period_of(request)
    found = _balance(period)
    lines = [(line, _name(line), _query(period, line)) for line in found.lines]
    return _page(request, "ledger/balance.html", _("Trial balance"), period, found=found, lines=lines)


def balance_file(request: HttpRequest, form: str) -> HttpResponseBase:
    check_may(request, "view_entry")
    period = period_of(request)
    found = _balance(period)
    head: Row = (_("Account"), _("Opening"), _("Debit"), _("Credit"), _("Closing"))
    rows = [_cells(_name(line), line) for line in found.lines]
    return as_file(_file_name("balance", period), form, [head, *rows, _cells(_("Sum"), found)])


def account_page(request: HttpRequest, account: str) -> HttpResponse:
    """What is on an account, posting by posting, with what it came to."""
    check_may(request, "view_entry")
    period = period_of(request)
    postings, opening = _of_account(request, account, period)
    shown, running = [], opening
    for posting in postings[:_MOST]:
        running += posting.amount
        shown.append((posting, line_name(posting, posting.entry), dong(running)))
    more = {"account": account, "opening": dong(opening), "shown": shown, "cut": len(shown) == _MOST}
    title, narrow = str(_TITLES[account]), _narrow(request)
    return _page(request, "ledger/account.html", title[:1].upper() + title[1:], period, narrow=narrow, **more)


def account_file(request: HttpRequest, account: str, form: str) -> HttpResponseBase:
    check_may(request, "view_entry")
    period = period_of(request)
    postings, _opening = _of_account(request, account, period)
    return as_file(_file_name(account, period), form, _rows(postings))


def journal_file(request: HttpRequest, form: str) -> HttpResponseBase:
    check_may(request, "view_entry")
    period = period_of(request)
    postings = Posting.objects.of_store(period.store_id).between(*period.span)
    return as_file(_file_name("journal", period), form, _rows(postings))


def _rows(postings: Any) -> Iterator[Row]:
    """A row for each posting, with what its entry says; moments on the shop's clock."""
    zone = ZoneInfo(settings.TIME_ZONE)
    yield (_("at"), _("kind"), _("order"), _("account"), _("VAT, %"), _("of"), _("debit"), _("credit"), _("note"))
    for posting in postings.iterator(chunk_size=2000):
        entry = posting.entry
        yield (
            entry.at.astimezone(zone),
            str(entry.get_kind_display()),
            entry.order_number,
            str(posting.get_account_display()),
            "" if posting.rate is None else plain(posting.rate),
            posting.subject,
            posting.amount if posting.amount > 0 else None,
            -posting.amount if posting.amount < 0 else None,
            " ".join(filter(None, (entry.reference, entry.note))),
        )


def _balance(period: Period) -> ledger.TrialBalance:
    return ledger.trial_balance(first=period.first, last=period.last, store_id=period.store_id)


def _name(line: ledger.BalanceLine) -> str:
    return named(str(_TITLES[line.account]), line.account, line.rate, line.subject, {})


def _cells(name: str, line: ledger.BalanceLine | ledger.TrialBalance) -> Row:
    return (name, line.opening.minor, line.debit.minor, line.credit.minor, line.closing.minor)


def _query(period: Period, line: ledger.BalanceLine) -> str:
    rate = "" if line.rate is None else plain(line.rate)
    return f"{period.query}&rate={rate}&subject={line.subject}"


def _of_account(request: HttpRequest, account: str, period: Period) -> tuple[Any, int]:
    """The postings of an account within the period, and what was there before. Raises Http404.

    Only what is kept by provider is told apart by it.
    """
    if account not in _TITLES:
        raise Http404
    which = ledger.Account(account)
    provider = request.GET.get("subject", "") if ledger.CHART[which].subject == "provider" else ""
    try:
        rate = Decimal(request.GET["rate"]) if request.GET.get("rate") else None
    except InvalidOperation as error:
        raise Http404 from error
    mine = Posting.objects.of_store(period.store_id).on(account, rate, provider)
    before = ledger.opening(account=which, rate=rate, provider=provider, day=period.first, store_id=period.store_id)
    return mine.between(*period.span), before.minor


def _narrow(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("rate", "subject") if request.GET.get(name)}


def _file_name(what: str, period: Period) -> str:
    return f"{what}-{period.first:%Y%m%d}-{period.last:%Y%m%d}"


def _page(request: HttpRequest, template: str, title: str, period: Period, **more: Any) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": title, "period": period, "form": period.form, **more}
    return TemplateResponse(request, template, context)
