"""Entries and their postings. Only ever added to: migration 0002 has the database refuse everything else."""

from __future__ import annotations

from collections.abc import Iterable
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
from grocery.ledger.contracts import Account, Draft, EntryKind, part_of

ACCOUNTS = [
    (Account.RECEIVABLE.value, _("owed by customers")),
    (Account.CLEARING.value, _("with payment providers")),
    (Account.DISPUTED.value, _("disputed by banks")),
    (Account.DRIVERS.value, _("cash with drivers")),
    (Account.TILL.value, _("cash in the till")),
    (Account.SAFE.value, _("cash in the safe")),
    (Account.IN_TRANSIT.value, _("cash on its way to the bank")),
    (Account.BANK.value, _("bank")),
    (Account.UNASSIGNED.value, _("transfers that are nobody's yet")),
    (Account.CREDIT.value, _("store credit owed")),
    (Account.VAT.value, _("VAT payable")),
    (Account.REVENUE.value, _("goods sold")),
    (Account.DELIVERY.value, _("delivery income")),
    (Account.DISCOUNTS.value, _("discounts")),
    (Account.RETURNS.value, _("goods returned")),
    (Account.GOODWILL.value, _("goodwill")),
    (Account.FEES.value, _("providers' fees")),
    (Account.LOSSES.value, _("losses written off")),
    (Account.OVER_SHORT.value, _("cash over and short")),
    (Account.UNEXPLAINED.value, _("differences to explain")),
]
KINDS = [
    (EntryKind.CHARGED.value, _("order charged")),
    (EntryKind.REDUCED.value, _("charge reduced")),
    (EntryKind.TAKEN.value, _("money taken")),
    (EntryKind.RETURNED.value, _("money returned")),
    (EntryKind.RETURN_UNDONE.value, _("return of money undone")),
    (EntryKind.WRITTEN_OFF.value, _("written off")),
    (EntryKind.WRITE_OFF_REDUCED.value, _("write-off reduced")),
    (EntryKind.CREDIT_GRANTED.value, _("store credit given away")),
    (EntryKind.CREDIT_TAKEN_BACK.value, _("store credit taken back")),
    (EntryKind.CREDIT_PAID_IN.value, _("transfer made store credit")),
    (EntryKind.CREDIT_PAID_OUT.value, _("transfer made store credit, undone")),
    (EntryKind.PUT_ASIDE.value, _("transfer put aside")),
    (EntryKind.SETTLED.value, _("transfer put aside no more")),
    (EntryKind.HANDED_IN.value, _("cash handed in")),
    (EntryKind.HAND_IN_UNDONE.value, _("hand-in of cash undone")),
    (EntryKind.DEPOSITED.value, _("cash taken to the bank")),
    (EntryKind.DEPOSIT_UNDONE.value, _("cash taken to the bank, undone")),
    (EntryKind.ARRIVED.value, _("cash booked by the bank")),
    (EntryKind.ARRIVAL_UNDONE.value, _("cash booked by the bank, undone")),
    (EntryKind.DISPUTED.value, _("taken by the customer's bank")),
    (EntryKind.DISPUTE_FEE.value, _("fee of a dispute")),
    (EntryKind.REINSTATED.value, _("given again by the bank")),
    (EntryKind.DISPUTE_LOST.value, _("dispute lost")),
    (EntryKind.LOSS_UNDONE.value, _("dispute won after all")),
    (EntryKind.FEE.value, _("provider's fee")),
    (EntryKind.PAYOUT.value, _("payout to the bank")),
    (EntryKind.DIFFERENCE.value, _("difference in a settlement")),
    (EntryKind.BY_HAND.value, _("booked by hand")),
    (EntryKind.REVERSAL.value, _("reversal")),
]

#: One statement for any number of facts: what was booked before is passed over, postings, sums and all. Orders are
#: locked in the order of their ids, as everywhere.
_BOOK: Final = """
WITH booked AS (
    INSERT INTO "ledger_entry" (id, kind, source, at, booked_at, order_id, order_number, store_id, "by", reference,
                                note, detail, reverses_id)
    SELECT entry.id, entry.kind, entry.source, entry.at, %(now)s, entry.order_id, entry.order_number, entry.store_id,
           entry."by", entry.reference, entry.note, entry.detail, entry.reverses
      FROM json_to_recordset(%(entries)s::json)
           AS entry(id uuid, kind text, source text, at timestamptz, order_id uuid, order_number text, store_id uuid,
                    "by" uuid, reference text, note text, detail jsonb, reverses uuid)
    ON CONFLICT (source) DO NOTHING
    RETURNING id
), posted AS (
    INSERT INTO "ledger_posting" (entry_id, account, amount, rate, subject)
    SELECT line.entry_id, line.account, line.amount, line.rate, line.subject
      FROM json_to_recordset(%(lines)s::json)
           AS line(place int, entry_id uuid, account text, amount bigint, rate numeric, subject text)
      JOIN booked ON booked.id = line.entry_id
     ORDER BY line.place
), summed AS (
    SELECT of_order.order_id, max(of_order.order_number) AS order_number,
           (array_agg(of_order.store_id))[1] AS store_id, max(of_order.at) AS last_at, min(of_order.at) AS first_at,
           coalesce(sum(owed) FILTER (WHERE part = 'charged'), 0) AS charged,
           coalesce(sum(owed) FILTER (WHERE part = 'reduced'), 0) AS reduced,
           coalesce(sum(owed) FILTER (WHERE part = 'taken'), 0) AS taken,
           coalesce(sum(owed) FILTER (WHERE part = 'returned'), 0) AS returned,
           coalesce(sum(owed) FILTER (WHERE part = 'written_off'), 0) AS written_off,
           coalesce(sum(owed) FILTER (WHERE part = 'other'), 0) AS other
      FROM json_to_recordset(%(owed)s::json)
           AS of_order(entry_id uuid, order_id uuid, order_number text, store_id uuid, at timestamptz, part text,
                       owed bigint)
      JOIN booked ON booked.id = of_order.entry_id
     GROUP BY of_order.order_id
     ORDER BY of_order.order_id
), kept AS (
    INSERT INTO "ledger_orderbook" AS book (order_id, order_number, store_id, first_at, last_at, charged, reduced,
                                            taken, returned, written_off, other)
    SELECT order_id, order_number, store_id, first_at, last_at, charged, reduced, taken, returned, written_off, other
      FROM summed
    ON CONFLICT (order_id) DO UPDATE
       SET first_at = least(book.first_at, EXCLUDED.first_at),
           last_at = greatest(book.last_at, EXCLUDED.last_at),
           charged = book.charged + EXCLUDED.charged,
           reduced = book.reduced + EXCLUDED.reduced,
           taken = book.taken + EXCLUDED.taken,
           returned = book.returned + EXCLUDED.returned,
           written_off = book.written_off + EXCLUDED.written_off,
           other = book.other + EXCLUDED.other
)
SELECT id FROM booked
"""


class EntryQuerySet(models.QuerySet["Entry"]):
    def book(self, drafts: Iterable[Draft], *, now: datetime) -> set[UUID]:
        """Write these down, each once by its source; the ids of those that were not there before. One statement."""
        entries = [(new_id(), draft) for draft in drafts]
        if not entries:
            return set()
        found = statements.rows(
            DEFAULT_DB_ALIAS,
            _BOOK,
            now=now,
            entries=statements.as_json([_entry(key, draft) for key, draft in entries]),
            lines=statements.as_json(_lines(entries)),
            owed=statements.as_json([_owed(key, draft) for key, draft in entries if draft.order_id]),
        )
        return {key for (key,) in found}

    def of_order(self, order_id: UUID) -> Self:
        """Oldest first, with their postings."""
        return self.filter(order_id=order_id).order_by("at", "id").prefetch_related("postings")

    def with_id(self, entry_id: UUID) -> Self:
        return self.filter(id=entry_id)

    def whole(self, entry_id: UUID) -> Entry | None:
        """With its postings."""
        return self.with_id(entry_id).prefetch_related("postings").first()

    def of_store(self, store_id: UUID | None) -> Self:
        """One store's; None: all of them, and what is no store's."""
        return self if store_id is None else self.filter(store_id=store_id)

    def on_account(self, account: str) -> Self:
        """With a posting there."""
        return self.filter(Exists(Posting.objects.filter(entry=OuterRef("pk"), account=account)))

    def between(self, begin: datetime | None, end: datetime | None) -> Self:
        """From `begin` on and before `end`."""
        found = self if begin is None else self.filter(at__gte=begin)
        return found if end is None else found.filter(at__lt=end)


class Entry(models.Model):
    """One fact of the business. `at` is when it happened, `booked_at` when we wrote it down."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=24, choices=KINDS)
    source = models.CharField(_("source"), max_length=100, unique=True)
    at = models.DateTimeField(_("at"))
    booked_at = models.DateTimeField(_("written down at"))
    order_id = models.UUIDField(_("order id"), null=True)
    order_number = models.CharField(_("order"), max_length=32, blank=True)
    store_id = models.UUIDField(_("store"), null=True)
    #: The person who did it; null: the system, a provider, a customer.
    by = models.UUIDField(_("person"), null=True)
    reference = models.CharField(_("provider's reference"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("reverses")
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("journal")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        indexes = [
            models.Index(fields=["order_id", "at"], condition=~Q(order_id=None), name="ledger_of_order"),
            models.Index(fields=["at", "id"], name="ledger_by_time"),
            models.Index(fields=["store_id", "at"], name="ledger_of_store"),
            models.Index(fields=["reference"], condition=~Q(reference=""), name="ledger_by_reference"),
        ]

    def __str__(self) -> str:
        return self.source


class PostingQuerySet(models.QuerySet["Posting"]):
    def of_store(self, store_id: UUID | None) -> Self:
        """One store's; None: all of them, and what is no store's."""
        return self if store_id is None else self.filter(entry__store_id=store_id)

    def on(self, account: str, rate: Decimal | None, subject: str) -> Self:
        """Of one account; by rate and subject where these say something."""
        found = self.filter(account=account)
        found = found if rate is None else found.filter(rate=rate)
        return found.filter(subject=subject) if subject else found

    def between(self, begin: datetime, end: datetime) -> Self:
        """Of what happened from `begin` on and before `end`, oldest first, with their entries."""
        found = self.filter(entry__at__gte=begin, entry__at__lt=end)
        return found.select_related("entry").order_by("entry__at", "entry_id", "id")


class Posting(models.Model):
    """So much on one account: above zero on its debit side, below on its credit side. đồng."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings", verbose_name=_("entry"))
    account = models.CharField(_("account"), max_length=16, choices=ACCOUNTS)
    amount = models.BigIntegerField(_("amount"))
    rate = models.DecimalField(_("VAT, %"), max_digits=5, decimal_places=2, null=True)
    #: The provider, driver or offer; see contracts.CHART.
    subject = models.CharField(_("of"), max_length=64, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering: ClassVar[list[str]] = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_posting_of_something"),
            models.CheckConstraint(
                condition=Q(account__in=[account.value for account in Account]), name="ledger_account_known"
            ),
        ]
        indexes = [models.Index(fields=["account", "entry"], name="ledger_of_account")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"

    @property
    def debit(self) -> Money | None:
        return dong(self.amount) if self.amount > 0 else None

    @property
    def credit(self) -> Money | None:
        return dong(-self.amount) if self.amount < 0 else None


def _entry(key: UUID, draft: Draft) -> dict[str, Any]:
    names = ("kind", "source", "at", "order_id", "order_number", "store_id", "by", "reference", "note", "reverses")
    return {"id": key, **{name: getattr(draft, name) for name in names}, "detail": dict(draft.detail)}


def _lines(entries: Iterable[tuple[UUID, Draft]]) -> list[dict[str, Any]]:
    """In the order in which they are to be read."""
    lines = ((key, line) for key, draft in entries for line in draft.lines)
    return [
        {
            "place": place,
            "entry_id": key,
            "account": line.account,
            "amount": line.amount,
            "rate": line.rate,
            "subject": line.subject,
        }
        for place, (key, line) in enumerate(lines)
    ]


def _owed(key: UUID, draft: Draft) -> dict[str, Any]:
    return {
        "entry_id": key,
        "order_id": draft.order_id,
        "order_number": draft.order_number,
        "store_id": draft.store_id,
        "at": draft.at,
        "part": part_of(draft.kind),
        "owed": draft.owed(),
    }
