"""Cash in the safes of the stores, and what of it is taken to the bank."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final, Self
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grocery.kernel import statements
from grocery.kernel.errors import NotFound
from grocery.kernel.money import Money, dong
from grocery.payments.contracts.cash import CashDifference
from grocery.payments.contracts.deposits import DepositState
from grocery.payments.policies.deposits import LONGEST

STATES = [
    (DepositState.WAITING.value, _("needs a second person")),
    (DepositState.ON_ITS_WAY.value, _("on its way to the bank")),
    (DepositState.AT_BANK.value, _("at the bank")),
    (DepositState.UNDONE.value, _("undone, in the safe")),
]
DEPOSIT_DIFFERENCES = [
    (CashDifference.NONE.value, _("as much as was written down")),
    (CashDifference.MISSING.value, _("missing, nobody knows why")),
    (CashDifference.FALSE_NOTE.value, _("a false or unusable note")),
    (CashDifference.TOO_MUCH.value, _("more than was written down")),
    (CashDifference.FEE.value, _("a fee that the bank kept")),
    (CashDifference.OTHER.value, _("another reason")),
]
#: Not at the bank yet, and not undone.
OPEN: Final = (DepositState.WAITING.value, DepositState.ON_ITS_WAY.value)

#: The first cash of a store opens its safe.
_PUT: Final = """
    INSERT INTO payments_safe AS safe (store_id, amount) VALUES (%(store)s, %(amount)s)
    ON CONFLICT (store_id) DO UPDATE SET amount = safe.amount + EXCLUDED.amount
"""
#: Whoever takes looks and takes in one statement: of two at once the second sees what the first has left.
_TAKE: Final = """
    UPDATE payments_safe SET amount = amount - %(amount)s WHERE store_id = %(store)s AND amount >= %(amount)s
    RETURNING amount
"""
_TURN: Final = "SELECT pg_advisory_xact_lock(hashtextextended('payments_deposits', 0))"


class SafeQuerySet(models.QuerySet["Safe"]):
    def holds(self, store_id: UUID) -> Money:
        """What is in that store's; nothing where nothing was ever handed in."""
        return dong(self.filter(store_id=store_id).values_list("amount", flat=True).first() or 0)

    def put(self, store_id: UUID, amount: Money) -> None:
        """So much more."""
        statements.rows(self.db, _PUT, store=store_id, amount=amount.minor)

    def take(self, store_id: UUID, amount: Money) -> bool:
        """So much less, if it is there; whether it was."""
        return bool(statements.rows(self.db, _TAKE, store=store_id, amount=amount.minor))


class Safe(models.Model):
    """What is in the safe of a store, in đồng: what was handed in, less what was taken to the bank."""

    store_id = models.UUIDField(_("store"), primary_key=True)
    amount = models.BigIntegerField(_("amount"))

    objects = SafeQuerySet.as_manager()

    class Meta:
        verbose_name = _("safe")
        verbose_name_plural = _("safes")
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="payments_safe_not_overdrawn")]

    def __str__(self) -> str:
        return str(dong(self.amount))


class CashDepositQuerySet(models.QuerySet["CashDeposit"]):
    def of_store(self, store_id: UUID | None) -> Self:
        """One store's; None: all stores'."""
        return self if store_id is None else self.filter(store_id=store_id)

    def with_id(self, deposit_id: UUID) -> Self:
        return self.filter(id=deposit_id)

    def open(self) -> Self:
        """Those that are not at the bank yet, oldest first."""
        return self.filter(state__in=OPEN).order_by("at", "id")

    def over(self) -> Self:
        """Those of which nothing more is expected, newest first."""
        return self.exclude(state__in=OPEN).order_by("-at", "-id")

    def waiting(self) -> Self:
        """That need a second person."""
        return self.filter(state=DepositState.WAITING)

    def unseen(self, since: datetime) -> Self:
        """That are on their way since then or longer, and that no bank has booked."""
        return self.filter(state=DepositState.ON_ITS_WAY, at__lte=since).order_by("at", "id")

    def with_slip(self, slip: str) -> CashDeposit | None:
        """The one with that slip that stands."""
        return self.filter(slip=slip).exclude(state=DepositState.UNDONE).first()

    def of_transfer(self, transfer_id: UUID) -> CashDeposit:
        """The one that this transfer is."""
        return self.get(transfer_id=transfer_id)

    def one(self, deposit_id: UUID) -> CashDeposit:
        """Raises NotFound."""
        found = self.filter(id=deposit_id).first()
        if found is None:
            raise NotFound("deposit", deposit_id)
        return found

    @staticmethod
    def take_turn() -> None:
        """Nobody else looks for what belongs to what until this transaction ends: a deposit that is written down
        while the bank tells of it is found by one of the two."""
        statements.rows(DEFAULT_DB_ALIAS, _TURN)


class CashDeposit(models.Model):
    """Cash that somebody takes from the safe to the bank, as they wrote it down. Amounts in đồng."""

    #: Made up by the page that asks, so that a form sent twice counts once.
    id = models.UUIDField(primary_key=True, editable=False)
    store_id = models.UUIDField(_("store"))
    amount = models.BigIntegerField(_("amount"))
    slip = models.CharField(_("number of the slip"), max_length=LONGEST)
    taken_on = models.DateField(_("taken to the bank on"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=STATES)
    at = models.DateTimeField(_("written down"))
    by = models.UUIDField(_("written down by"))
    agreed_at = models.DateTimeField(_("agreed"), null=True)
    agreed_by = models.UUIDField(_("agreed by"), null=True)
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.UUIDField(_("undone by"), null=True)
    undone_why = models.CharField(_("why undone"), max_length=200, blank=True)
    transfer = models.OneToOneField(
        "payments.IncomingTransfer",
        on_delete=models.PROTECT,
        null=True,
        related_name="deposit",
        verbose_name=_("as the bank has booked it"),
    )
    arrived = models.BigIntegerField(_("booked by the bank"), null=True)
    #: Why that is not what was written down.
    reason = models.CharField(_("why it differs"), max_length=16, choices=DEPOSIT_DIFFERENCES, blank=True)
    arrived_at = models.DateTimeField(_("found at the bank"), null=True)
    #: Null: it was found by itself.
    arrived_by = models.UUIDField(_("found by"), null=True)

    objects = CashDepositQuerySet.as_manager()

    class Meta:
        verbose_name = _("cash taken to the bank")
        verbose_name_plural = _("cash taken to the bank")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_deposit_of_something"),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("by")), name="payments_deposit_second_is_another"
            ),
            models.CheckConstraint(
                condition=Q(state=DepositState.AT_BANK, transfer__isnull=False, arrived__isnull=False)
                | (~Q(state=DepositState.AT_BANK) & Q(transfer=None, arrived=None)),
                name="payments_deposit_at_bank_is_a_transfer",
            ),
            models.CheckConstraint(
                condition=Q(arrived=None) | Q(arrived=F("amount")) | ~Q(reason=""),
                name="payments_deposit_difference_explained",
            ),
            models.UniqueConstraint(
                fields=["slip"], condition=~Q(state=DepositState.UNDONE), name="payments_each_slip_once"
            ),
        ]
        indexes = [
            models.Index(fields=["at"], condition=Q(state__in=OPEN), name="payments_deposits_open"),
            models.Index(fields=["store_id", "-at"], name="payments_deposited"),
        ]

    def __str__(self) -> str:
        return f"{self.slip} · {self.total}"

    @property
    def total(self) -> Money:
        return dong(self.amount)

    @property
    def difference(self) -> Money:
        """Above zero: the bank has booked more than was written down."""
        return dong(0 if self.arrived is None else self.arrived - self.amount)

    def is_waiting(self) -> bool:
        return self.state == DepositState.WAITING

    def is_on_its_way(self) -> bool:
        return self.state == DepositState.ON_ITS_WAY

    def is_open(self) -> bool:
        """It may still be undone."""
        return self.state in OPEN

    def same_as(self, **asked: Any) -> bool:
        """Whether that is what was asked for when this was written."""
        return all(getattr(self, name) == wanted for name, wanted in asked.items())

    def become(self, state: DepositState, **noted: Any) -> None:
        """Note that it stands there, and what belongs to that."""
        self.state = state.value
        for name, value in noted.items():
            setattr(self, name, value)
        self.save(update_fields=["state", *noted])
