"""What we told people, as staff see it. Nothing is edited; a message can be sent once more."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grocery.notifications import public as notifications
from grocery.notifications.models import Message


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_display = ["written_at", "to", "subject", "kind", "language", "state", "attempts", "sent_at"]
    list_filter = ["state", "kind", "language", "written_at"]
    search_fields = ["to", "subject", "=order_id", "=customer_id", "reference"]
    date_hierarchy = "written_at"
    show_full_result_count = False
    fields = [
        *("to", "subject", "text", "kind", "channel", "language", "order_id", "customer_id"),
        *("state", "attempts", "resent", "happened_at", "written_at", "sent_at", "error", "reference", "event_id"),
    ]
    actions = ["send_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return Message.objects.defer("html")

    @admin.action(description=_("Send again"), permissions=["send"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        ids = [message.id for message in chosen.only("id")]
        for message_id in ids:
            notifications.resend(message_id=message_id)
        text = ngettext("%d message will be sent again.", "%d messages will be sent again.", len(ids))
        messages.success(request, text % len(ids))

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("notifications.change_message")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
