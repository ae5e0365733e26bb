"""Disputes: a queue of what has to be answered, and until when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grocery.kernel.admin import ReadOnly, WaitingFilter
from grocery.kernel.money import dong
from grocery.kernel.tiles import Tile, tile
from grocery.payments.admin.asking import asker
from grocery.payments.models import Dispute
from grocery.payments.models.disputes import DisputeQuerySet
from grocery.payments.policies.disputes import DisputeState

_TO_DO: Final = {
    DisputeState.INQUIRY: _("Answer the bank at the provider, or give the money back; in time"),
    DisputeState.NEEDS_RESPONSE: _("Send evidence at the provider in time: what was packed, who took it, when"),
    DisputeState.INQUIRY_REVIEW: _("Wait for the bank"),
    DisputeState.UNDER_REVIEW: _("Wait for the bank; give nothing back"),
}


class ToAnswerFilter(WaitingFilter):
    def waiting(self, found: DisputeQuerySet) -> DisputeQuerySet:
        return found.to_answer()


def _money(column: str) -> Callable[[Any, Dispute], str]:
    """A column of đồng, as money is written."""

    @admin.display(description=getattr(Dispute, column).field.verbose_name, ordering=column)
    def shown(_admin: Any, dispute: Dispute) -> str:
        return str(dong(getattr(dispute, column)))

    return shown


@admin.register(Dispute)
class DisputeAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("order_number", "money", "state", "to_do", "answer_by", "reason", "opened_at")
    list_filter = (ToAnswerFilter, "state")
    list_select_related = ("payment",)
    search_fields = ("payment__order_number", "reference")
    list_per_page = 50
    fields = (
        "order_number",
        "money",
        "state",
        "to_do",
        "answer_by",
        "reason",
        "reference",
        "taken",
        "charged",
        "given_again",
        "gone",
        "opened_at",
        "decided_at",
    )
    readonly_fields = ("order_number", "money", "to_do", "taken", "charged", "given_again", "gone")
    taken, charged, given_again, gone = map(_money, ("withdrawn", "fee", "reinstated", "lost"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dispute]:
        """A store's staff see those of their own store."""
        queryset = cast("DisputeQuerySet", super().get_queryset(request))
        return queryset.of_store(asker(request).store_id)

    @admin.display(description=_("order"), ordering="payment__order_number")
    def order_number(self, dispute: Dispute) -> str:
        return dispute.payment.order_number

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, dispute: Dispute) -> str:
        return str(dispute.total)

    @admin.display(description=_("what to do"))
    def to_do(self, dispute: Dispute) -> str:
        """What a person has to do, at the provider."""
        return str(_TO_DO.get(DisputeState(dispute.state), "–"))


def _waiting(worker: Any) -> object:
    """How many have to be answered in the worker's store."""
    return Dispute.objects.to_answer().of_store(worker.store).count() or ""


tile(
    Tile(
        "admin:payments_dispute_changelist",
        _("Disputes"),
        "alert",
        _("Banks that want money back: answer in time, give nothing back beside it"),
        count=_waiting,
        roles=frozenset({"support", "manager", "admin"}),
        rank=44,
    )
)
