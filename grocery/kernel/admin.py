"""What staff see of facts and their deliveries: nothing can be changed but whether a delivery is tried again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grocery.kernel import wire
from grocery.kernel.models import MAX_ATTEMPTS, InboxEntry, OutboxEvent
from grocery.kernel.models.outbox import InboxEntries
from grocery.kernel.outbox import upkeep

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ReadOnly:
    """Nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class WaitingFilter(admin.SimpleListFilter, ABC):
    """What waits for somebody, unless one asks for everything."""

    title = cast("str", _("shown"))
    parameter_name = "shown"
    #: What the two choices are called.
    now: StrOrPromise = _("waiting now")
    everything: StrOrPromise = _("all of them")

    @abstractmethod
    def waiting(self, found: Any) -> QuerySet[Any]:
        """Those of the model's own that wait."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", self.everything)]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [first | {"display": self.now}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() == "all" else self.waiting(queryset)


class State(admin.SimpleListFilter):
    """Where a delivery stands."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("dead", _("dead: somebody has to decide")),
            ("failing", _("failed, to be tried again")),
            ("owed", _("owed")),
            ("skipped", _("skipped")),
            ("handled", _("handled")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[InboxEntry]) -> QuerySet[InboxEntry]:
        entries: InboxEntries = queryset  # type: ignore[assignment]  # the model's own
        match self.value():
            case "dead":
                return entries.dead()
            case "failing":
                return entries.owed().exclude(error="")
            case "owed":
                return entries.owed()
            case "skipped":
                return entries.filter(skipped=True)
            case "handled":
                return entries.handled().filter(skipped=False)
        return entries


class ShowsState:
    """A word for where a delivery stands, and red where somebody has to do something."""

    @admin.display(description=_("state"))
    def state(self, entry: InboxEntry) -> Any:
        if entry.skipped:
            return _("skipped")
        if entry.handled_at:
            return _("handled")
        if entry.attempts >= MAX_ATTEMPTS:
            return format_html('<strong style="color:var(--error-fg)">{}</strong>', _("dead"))
        return _("failed, to be tried again") if entry.error else _("owed")


class Deliveries(ReadOnly, ShowsState, admin.TabularInline):
    model = InboxEntry
    fields = readonly_fields = ("subscriber", "state", "attempts", "handled_at", "due_at", "error")
    ordering = ("subscriber",)
    extra = 0
    show_change_link = True


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("published_at", "name", "stream", "heard_by")
    list_filter = ("name", "published_at")
    search_fields = ("=id", "stream", "trace")
    search_help_text = _("Id, stream (order:…) or trace")
    date_hierarchy = "published_at"
    ordering = ("-published_at",)
    show_full_result_count = False
    fields = readonly_fields = ("id", "name", "stream", "readable_payload", "trace", "published_at")
    inlines = (Deliveries,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxEvent]:
        handled = Count("entries", filter=~Q(entries__handled_at=None))
        events: QuerySet[OutboxEvent] = super().get_queryset(request)
        return events.annotate(entry_count=Count("entries"), handled_count=handled)

    @admin.display(description=_("heard by"))
    def heard_by(self, event: Any) -> str:
        return f"{event.handled_count} / {event.entry_count}"

    @admin.display(description=_("payload"))
    def readable_payload(self, event: OutboxEvent) -> Any:
        return format_html("<pre>{}</pre>", wire.pretty(event.payload))


@admin.register(InboxEntry)
class InboxEntryAdmin(ReadOnly, ShowsState, admin.ModelAdmin):
    list_display = ("owed_since", "subscriber", "event_name", "stream", "state", "attempts", "due_at", "last_error")
    list_filter = (State, "subscriber")
    list_select_related = ("event",)
    search_fields = ("stream", "=event__id", "event__trace")
    search_help_text = _("Stream (order:…), event id or trace")
    ordering = ("-id",)
    show_full_result_count = False
    actions = ("retry", "skip")
    fields = readonly_fields = (
        "event",
        "subscriber",
        "stream",
        "state",
        "attempts",
        "owed_since",
        "due_at",
        "handled_at",
        "error",
    )

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """May say that a delivery is tried again or given up."""
        return request.user.has_perm("kernel.decide_inboxentry")

    @admin.display(description=_("event"), ordering="event__name")
    def event_name(self, entry: InboxEntry) -> str:
        return entry.event.name

    @admin.display(description=_("last error"))
    def last_error(self, entry: InboxEntry) -> str:
        return truncatechars(entry.error, 120)

    @admin.action(description=_("Try the chosen ones again"), permissions=["decide"])
    def retry(self, request: HttpRequest, chosen: InboxEntries) -> None:
        self._decide(request, upkeep.retry, chosen)

    @admin.action(description=_("Skip the chosen ones: nobody will handle them"), permissions=["decide"])
    def skip(self, request: HttpRequest, chosen: InboxEntries) -> None:
        self._decide(request, upkeep.skip, chosen)

    def _decide(self, request: HttpRequest, decision: Callable[..., int], chosen: InboxEntries) -> None:
        entries = list(chosen)
        which = upkeep.Which(ids=tuple(entry.pk for entry in entries), also_living=True)
        number = decision(which, by=str(request.user.pk))
        for entry in entries:
            self.log_change(request, entry, decision.__name__)
        text = ngettext("%(number)d delivery changed.", "%(number)d deliveries changed.", number)
        self.message_user(request, text % {"number": number}, messages.SUCCESS)
