"""Invoices go to whoever issues them: written down first, asked outside of transactions, tried again, never twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.kernel import clock, figures
from grocery.ledger.contracts.invoices import Buyer, FilingState, InvoiceDocument, InvoiceKind, Seller
from grocery.ledger.gateways.invoice_provider import InvoiceProvider, InvoiceRefused, InvoiceUnknown, Issued
from grocery.ledger.gateways.invoice_registry import invoice_provider
from grocery.ledger.models import Invoice, InvoiceBuyer, InvoiceFiling

log = structlog.get_logger(__name__)
FILED = Counter("ledger_invoices_filed", "Answers of whoever issues invoices, by outcome", ["outcome"])
#: Between tries: twice as long each time, up to the last.
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=1)
_DOUBLINGS: Final = 6
#: What is not decided by then is shown to a person; it is tried all the same.
STUCK: Final = timedelta(hours=3)


def file_invoices(*, now: datetime, most: int = 500) -> int:
    """Send what is due, and look up what may have been issued; how many were seen to. Not inside a transaction."""
    provider = invoice_provider()
    seen_to = 0
    while provider and seen_to < most and (filing := _claim(provider.name, now)):
        _decided(filing, _ask(provider, filing, now))
        seen_to += 1
    return seen_to


@transaction.atomic
def _claim(provider: str, now: datetime) -> InvoiceFiling | None:
    """The next one, noted as sent before it is."""
    filing = InvoiceFiling.objects.claimed(now)
    if filing is None:
        return None
    wait = min(_FIRST_WAIT * 2 ** min(filing.tries, _DOUBLINGS), _LONGEST_WAIT)
    filing.state, filing.provider = FilingState.SENT.value, provider
    filing.tries, filing.due_at, filing.sent_at = filing.tries + 1, now + wait, filing.sent_at or now
    filing.save(update_fields=["state", "provider", "tries", "due_at", "sent_at"])
    return filing


def _ask(provider: InvoiceProvider, filing: InvoiceFiling, now: datetime) -> Issued | InvoiceRefused | None:
    """What they say; None: nothing that decides it."""
    try:
        found = provider.look_up(key=filing.key) if filing.tries > 1 else None
        return found or provider.issue(document=document_of(filing.invoice), key=filing.key, now=now)
    except InvoiceRefused as refusal:
        return refusal
    except InvoiceUnknown as error:
        log.warning("invoice_unknown", invoice=str(filing.invoice), why=str(error))
        return None


@transaction.atomic
def _decided(claimed: InvoiceFiling, answer: Issued | InvoiceRefused | None) -> None:
    """What was issued is issued, whoever heard of it; a refusal counts where nothing was decided since we asked."""
    filing = InvoiceFiling.objects.locked(claimed.invoice_id)
    if filing is None or filing.state == FilingState.ISSUED:
        return
    match answer:
        case Issued():
            issued(filing, answer)
        case InvoiceRefused() if filing.tries == claimed.tries and filing.state == FilingState.SENT:
            filing.state, filing.error, filing.due_at = FilingState.REFUSED.value, answer.why[:300], None
            filing.save(update_fields=["state", "error", "due_at"])
            log.error("invoice_refused", invoice=str(claimed.invoice), why=answer.why)
            FILED.labels("refused").inc()
        case _:
            FILED.labels("unknown").inc()


def issued(filing: InvoiceFiling, what: Issued) -> None:
    """Note its number; mine under its lock."""
    filing.state, filing.due_at, filing.error = FilingState.ISSUED.value, None, ""
    filing.reference, filing.look_up, filing.issued_at = what.reference, what.look_up, what.at
    buyer = buyer_of(filing.invoice.order_id)
    filing.buyer = asdict(buyer) if buyer else None
    filing.save(update_fields=["state", "due_at", "error", "reference", "look_up", "issued_at", "buyer"])
    if filing.invoice.replaces_id:
        InvoiceFiling.objects.replaced(filing.invoice.replaces_id)
    FILED.labels("issued").inc()


def document_of(invoice: Invoice) -> InvoiceDocument:
    """The invoice as its provider is told, with the company that it is made out to."""
    return InvoiceDocument(
        kind=InvoiceKind(invoice.kind),
        series=invoice.series,
        number=invoice.number,
        at=invoice.at,
        order_number=invoice.order_number,
        seller=Seller(settings.SELLER_NAME, settings.SELLER_TAX_CODE, settings.SELLER_ADDRESS),
        buyer=made_out_to(invoice),
        lines=invoice.items(),
        rates=invoice.by_rate(),
        net=invoice.net,
        vat=invoice.vat,
        corrects=_named(_corrected(invoice)),
        replaces=_named(invoice.replaces),
    )


def made_out_to(invoice: Invoice) -> Buyer | None:
    """Whom it was issued to or, until it is issued, whom its order's invoices are to be made out to."""
    if invoice.filing.issued_at is None:
        return buyer_of(invoice.order_id)
    return Buyer(**invoice.filing.buyer) if invoice.filing.buyer else None


def _corrected(invoice: Invoice) -> Invoice | None:
    return Invoice.objects.that_is_corrected(invoice) if invoice.kind == InvoiceKind.CORRECTION else None


def _named(other: Invoice | None) -> tuple[str, int, str] | None:
    return (other.series, other.number, other.filing.reference) if other else None


def buyer_of(order_id: UUID) -> Buyer | None:
    """The company that its invoices are made out to; None: a person, who need not be named."""
    row = InvoiceBuyer.objects.of_order(order_id)
    return Buyer(row.tax_code, row.company, row.address, row.email) if row else None


class _Waiting(Collector):
    """How many wait for a person at this moment: one query per scrape."""

    def collect(self) -> Iterable[Metric]:
        waiting = GaugeMetricFamily("ledger_invoices_waiting", "Invoices that wait for a person.")
        waiting.add_metric([], Invoice.objects.for_somebody(clock.now() - STUCK).count())
        return (waiting,)

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


figures.show(_Waiting())
