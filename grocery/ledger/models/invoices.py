"""Invoices: what each says is never changed (migration 0007); where it stands with its provider is kept beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Final, Self
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from grocery.kernel import statements
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.ledger.contracts.invoices import (
    FilingState,
    InvoiceDraft,
    InvoiceKind,
    InvoiceLine,
    InvoiceRate,
    ItemKind,
)

INVOICE_KINDS = [
    (InvoiceKind.INVOICE.value, _("invoice")),
    (InvoiceKind.CORRECTION.value, _("correction")),
    (InvoiceKind.REPLACEMENT.value, _("replacing invoice")),
]
FILING_STATES = [
    (FilingState.PREPARED.value, _("prepared")),
    (FilingState.SENT.value, _("sent")),
    (FilingState.ISSUED.value, _("issued")),
    (FilingState.REFUSED.value, _("refused")),
    (FilingState.REPLACED.value, _("replaced")),
]
_TO_SEND: Final = [FilingState.PREPARED.value, FilingState.SENT.value]
_OPEN: Final = [*_TO_SEND, FilingState.REFUSED.value]

#: The next `count` numbers of a series are ours when this transaction commits: nobody else gets any meanwhile.
_TAKE_NUMBERS: Final = """
INSERT INTO "ledger_invoiceseries" AS series (name, last) VALUES (%(name)s, %(count)s)
ON CONFLICT (name) DO UPDATE SET last = series.last + EXCLUDED.last
RETURNING last
"""
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('ledger_invoiceseries', 0))"
_UNLIKE_THE_BOOKS: Final = """
SELECT book.order_number
  FROM "ledger_orderbook" AS book
  LEFT JOIN LATERAL (SELECT sum(net + vat) AS gross FROM "ledger_invoice" AS invoice
                      WHERE invoice.order_id = book.order_id
                        AND NOT EXISTS (SELECT FROM "ledger_invoice" AS other WHERE other.replaces_id = invoice.id)
                    ) AS told ON true
 WHERE book.last_at >= %(since)s AND book.last_at < %(until)s
   AND book.first_at >= (SELECT min(at) FROM "ledger_invoice")
   AND book.charged + book.reduced <> coalesce(told.gross, 0)
 ORDER BY 1
"""


class InvoiceSeries(models.Model):
    """Numbers are given one after the other within a series, none twice and none left out."""

    name = models.CharField(_("series"), max_length=12, primary_key=True)
    last = models.BigIntegerField(_("last number"))

    class Meta:
        verbose_name = _("series of invoices")
        verbose_name_plural = _("series of invoices")
        constraints = [models.CheckConstraint(condition=Q(last__gt=0), name="ledger_series_counts_up")]

    def __str__(self) -> str:
        return self.name


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def number(self, drafts: Mapping[str, Sequence[InvoiceDraft]]) -> list[Invoice]:
        """New rows for these, by series, with the next numbers, oldest first; those that are there are passed over.

        Mine until the transaction ends: whoever numbers waits for whoever numbers.
        """
        statements.rows(DEFAULT_DB_ALIAS, _LOCK)
        sources = [draft.source for of_series in drafts.values() for draft in of_series]
        known = set(self.filter(source__in=sources).values_list("source", flat=True))
        rows = []
        for series in sorted(drafts):
            fresh = {draft.source: draft for draft in drafts[series] if draft.source not in known}
            if fresh:
                ((last,),) = statements.rows(DEFAULT_DB_ALIAS, _TAKE_NUMBERS, name=series, count=len(fresh))
                in_order = sorted(fresh.values(), key=lambda draft: (draft.at, draft.source))
                rows += [_row(draft, series, n) for n, draft in enumerate(in_order, last - len(fresh) + 1)]
        return rows

    def of_order(self, order_id: UUID) -> Self:
        """The invoice first, then what corrects it."""
        return self.filter(order_id=order_id).order_by("series", "number").select_related("filing")

    def of_store(self, store_id: UUID | None) -> Self:
        return self if store_id is None else self.filter(store_id=store_id)

    def with_filing(self) -> Self:
        return self.select_related("filing")

    def with_id(self, invoice_id: UUID) -> Self:
        return self.filter(id=invoice_id).select_related("filing")

    def in_force(self) -> Self:
        """Invoices in whose place there is no other."""
        return self.exclude(kind=InvoiceKind.CORRECTION.value).filter(replaced_by=None)

    def that_is_corrected(self, correction: Invoice) -> Invoice | None:
        """The invoice of the same order, or what has replaced it."""
        return self.in_force().filter(order_id=correction.order_id).with_filing().first()

    def for_somebody(self, stuck_since: datetime) -> Self:
        """That a person has to see to: refused, not decided for long, or correcting what does not exist."""
        invoice = Invoice.objects.filter(order_id=OuterRef("order_id"), kind=InvoiceKind.INVOICE.value)
        orphan = Q(kind=InvoiceKind.CORRECTION.value, filing__state=FilingState.PREPARED.value, at__lt=stuck_since)
        stuck = Q(filing__state=FilingState.SENT.value, filing__sent_at__lt=stuck_since)
        refused = Q(filing__state=FilingState.REFUSED.value)
        return self.filter(refused | stuck | (orphan & ~Exists(invoice)), filing__state__in=_OPEN)

    def unlike_the_books(self, since: datetime, until: datetime) -> list[str]:
        """Numbers of orders that moved in that time and whose invoices do not come to what the books say is owed."""
        found = statements.rows(DEFAULT_DB_ALIAS, _UNLIKE_THE_BOOKS, since=since, until=until)
        return [number for (number,) in found]


class Invoice(models.Model):
    """What one invoice says. Amounts in đồng; of a correction below nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=INVOICE_KINDS)
    source = models.CharField(_("source"), max_length=64, unique=True)
    series = models.CharField(_("series"), max_length=12)
    number = models.BigIntegerField(_("number"))
    at = models.DateTimeField(_("at"))
    order_id = models.UUIDField(_("order id"))
    order_number = models.CharField(_("order"), max_length=32)
    store_id = models.UUIDField(_("store"))
    net = models.BigIntegerField(_("net of VAT"))
    vat = models.BigIntegerField(_("VAT"))
    #: As in contracts.invoices, exact numbers as text.
    lines = models.JSONField(_("lines"))
    rates = models.JSONField(_("VAT rates"))
    #: Of a replacement: the invoice whose place it takes, who wanted it, and why.
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    by = models.UUIDField(_("person"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("electronic invoice")
        verbose_name_plural = _("electronic invoices")
        ordering: ClassVar[list[str]] = ["-at", "-series", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="ledger_invoice_number_once"),
            models.UniqueConstraint(
                fields=["order_id"],
                condition=Q(kind=InvoiceKind.INVOICE.value),
                name="ledger_one_invoice_per_order",
            ),
            models.CheckConstraint(
                condition=(~Q(kind=InvoiceKind.CORRECTION.value) & Q(net__gte=0, vat__gte=0))
                | Q(kind=InvoiceKind.CORRECTION.value, net__lte=0, vat__lte=0),
                name="ledger_corrections_take_away",
            ),
            models.CheckConstraint(
                condition=Q(replaces=None, by=None, reason="") & ~Q(kind=InvoiceKind.REPLACEMENT.value)
                | Q(kind=InvoiceKind.REPLACEMENT.value, replaces__isnull=False, by__isnull=False) & ~Q(reason=""),
                name="ledger_replacements_say_of_what_and_why",
            ),
        ]
        indexes = [
            models.Index(fields=["order_id"], name="ledger_invoices_of_order"),
            models.Index(fields=["-at"], name="ledger_invoices_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.series}-{self.number:08d}"

    @property
    def total(self) -> Money:
        return dong(self.net + self.vat)

    def draft(self) -> InvoiceDraft:
        """What it says, as it was prepared."""
        return InvoiceDraft(
            kind=InvoiceKind(self.kind),
            source=self.source,
            at=self.at,
            order_id=self.order_id,
            order_number=self.order_number,
            store_id=self.store_id,
            lines=self.items(),
            rates=self.by_rate(),
        )

    def items(self) -> tuple[InvoiceLine, ...]:
        return tuple(
            InvoiceLine(
                kind=ItemKind(line["kind"]),
                sku=line["sku"],
                name_en=line["name_en"],
                name_vi=line["name_vi"],
                unit=line["unit"],
                quantity=_exact(line["quantity"]),
                unit_price=_exact(line["unit_price"]),
                rate=Decimal(line["rate"]),
                amount=line["amount"],
            )
            for line in self.lines
        )

    def by_rate(self) -> tuple[InvoiceRate, ...]:
        return tuple(InvoiceRate(Decimal(part["rate"]), part["net"], part["vat"]) for part in self.rates)


class InvoiceFilingQuerySet(models.QuerySet["InvoiceFiling"]):
    def due(self, now: datetime) -> Self:
        """To be sent or looked up, oldest first; a correction once its invoice is issued."""
        issued = InvoiceFiling.objects.filter(
            invoice__order_id=OuterRef("invoice__order_id"),
            invoice__in=Invoice.objects.in_force(),
            state=FilingState.ISSUED.value,
        )
        may_go = ~Q(invoice__kind=InvoiceKind.CORRECTION.value) | Exists(issued)
        return self.filter(may_go, state__in=_TO_SEND, due_at__lte=now).order_by("due_at", "invoice_id")

    def claimed(self, now: datetime) -> InvoiceFiling | None:
        """The next that is due and nobody else's, mine until the transaction ends."""
        found = self.due(now).select_for_update(of=("self",), skip_locked=True)
        return found.select_related("invoice").first()

    def locked(self, invoice_id: UUID) -> InvoiceFiling | None:
        """Mine until the transaction ends."""
        return self.filter(invoice_id=invoice_id).select_for_update().first()

    def of_order(self, order_id: UUID) -> Self:
        return self.filter(invoice__order_id=order_id)

    def replaced(self, invoice_id: UUID) -> None:
        """Another one is issued in its place."""
        self.filter(invoice_id=invoice_id).update(state=FilingState.REPLACED.value)

    def all_locked(self) -> list[InvoiceFiling]:
        """With their invoices; mine until the transaction ends."""
        return list(self.select_related("invoice").select_for_update(of=("self",)).order_by("invoice_id"))

    def under_way(self) -> Self:
        """Issued, or perhaps issued, and not replaced: what was said to their provider stays said."""
        states = [FilingState.SENT.value, FilingState.ISSUED.value]
        return self.filter(state__in=states, invoice__replaced_by=None)


class InvoiceFiling(models.Model):
    """Where an invoice stands with whoever issues it. `tries` counts what was sent, and tells late answers apart."""

    invoice = models.OneToOneField(
        Invoice, on_delete=models.PROTECT, primary_key=True, related_name="filing", verbose_name=_("invoice")
    )
    state = models.CharField(_("state"), max_length=12, choices=FILING_STATES, default=FilingState.PREPARED.value)
    #: By which its provider knows it again.
    key = models.CharField(_("key"), max_length=64, unique=True)
    provider = models.CharField(_("provider"), max_length=32, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("next try"), null=True)
    sent_at = models.DateTimeField(_("first sent"), null=True)
    issued_at = models.DateTimeField(_("issued at"), null=True)
    reference = models.CharField(_("provider's number"), max_length=100, blank=True)
    look_up = models.CharField(_("look-up code"), max_length=100, blank=True)
    #: Whom it is made out to, as it was issued; null: no company, or not issued yet.
    buyer = models.JSONField(_("buyer"), null=True)
    error = models.CharField(_("why not"), max_length=300, blank=True)
    seen_to_by = models.UUIDField(_("seen to by"), null=True)
    seen_to_at = models.DateTimeField(_("seen to at"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = InvoiceFilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("filing of an invoice")
        verbose_name_plural = _("filings of invoices")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=FilingState.ISSUED.value) | (Q(issued_at__isnull=False) & ~Q(reference="")),
                name="ledger_issued_invoice_has_a_number",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_TO_SEND) | Q(due_at__isnull=False), name="ledger_filing_goes_on"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=_TO_SEND), name="ledger_filings_due"),
            models.Index(fields=["invoice"], condition=Q(state__in=_OPEN), name="ledger_filings_open"),
        ]

    def __str__(self) -> str:
        return self.key


class InvoiceBuyerQuerySet(models.QuerySet["InvoiceBuyer"]):
    def of_order(self, order_id: UUID) -> InvoiceBuyer | None:
        return self.filter(order_id=order_id).first()

    def last_named_by(self, customer_id: UUID) -> InvoiceBuyer | None:
        """That the customer named last, whatever the order."""
        return self.filter(customer_id=customer_id).order_by("-named_at").first()

    def of_orders(self, order_ids: Iterable[UUID]) -> dict[UUID, InvoiceBuyer]:
        return {row.order_id: row for row in self.filter(order_id__in=list(order_ids))}

    def forget(self, order_id: UUID) -> None:
        self.filter(order_id=order_id).delete()


class InvoiceBuyer(models.Model):
    """The company that an order's invoices are made out to. Fixed once one is issued (migration 0007)."""

    order_id = models.UUIDField(primary_key=True, editable=False)
    tax_code = models.CharField(_("tax code"), max_length=14)
    company = models.CharField(_("company"), max_length=200)
    address = models.CharField(_("address"), max_length=400)
    email = models.EmailField(_("e-mail"), max_length=254)
    named_at = models.DateTimeField(_("named at"))
    #: Whose order it is, so that they need not type it again.
    customer_id = models.UUIDField(_("customer"), null=True)
    #: Staff who put it right; null: the customer.
    by = models.UUIDField(_("person"), null=True)

    objects = InvoiceBuyerQuerySet.as_manager()

    class Meta:
        verbose_name = _("buyer of an invoice")
        verbose_name_plural = _("buyers of invoices")
        indexes = [
            models.Index(
                fields=["customer_id", "-named_at"], condition=~Q(customer_id=None), name="ledger_buyers_of_customer"
            )
        ]

    def __str__(self) -> str:
        return self.tax_code


def _row(draft: InvoiceDraft, series: str, number: int) -> Invoice:
    return Invoice(
        kind=draft.kind.value,
        source=draft.source,
        series=series,
        number=number,
        at=draft.at,
        order_id=draft.order_id,
        order_number=draft.order_number,
        store_id=draft.store_id,
        net=draft.net,
        vat=draft.vat,
        lines=[_line(line) for line in draft.lines],
        rates=[{"rate": str(part.rate), "net": part.net, "vat": part.vat} for part in draft.rates],
        replaces_id=draft.replaces,
        by=draft.by,
        reason=draft.reason,
    )


def _line(line: InvoiceLine) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "sku": line.sku,
        "name_en": line.name_en,
        "name_vi": line.name_vi,
        "unit": line.unit,
        "quantity": None if line.quantity is None else str(line.quantity),
        "unit_price": None if line.unit_price is None else str(line.unit_price),
        "rate": str(line.rate),
        "amount": line.amount,
    }


def _exact(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
