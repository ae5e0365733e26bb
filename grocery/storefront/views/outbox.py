"""Mail that was kept on this machine instead of being sent; only where MAIL_OUTBOX names a folder."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grocery.notifications import public as notifications

#: A mail may style itself and do nothing else.
_AS_IT_LOOKS: Final = {"default-src": [NONE], "style-src": [UNSAFE_INLINE], "img-src": ["data:"], "sandbox": True}


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    _only_where_kept()
    return render(request, "storefront/outbox.html", {"mails": notifications.outbox()})


@require_safe
@never_cache
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    _only_where_kept()
    return render(request, "storefront/message.html", {"mail": notifications.message(message_id=message_id)})


@require_safe
@never_cache
@csp(_AS_IT_LOOKS)  # type: ignore[arg-type]  # django-csp knows views without arguments only
def letter(_request: HttpRequest, message_id: UUID) -> HttpResponse:
    """The mail as a mailbox shows it: a document of its own."""
    _only_where_kept()
    return HttpResponse(notifications.message(message_id=message_id).html)


def _only_where_kept() -> None:
    if not settings.MAIL_OUTBOX:
        raise Http404
