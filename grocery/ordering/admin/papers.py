"""What is printed: labels for crates, delivery notes."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from grocery.kernel.reader import language
from grocery.ordering import public as ordering
from grocery.ordering.admin.picking import as_key
from grocery.ordering.admin.work import DESK, Worker, route, said, task


@task(DESK)
def labels(request: HttpRequest, worker: Worker) -> HttpResponse:
    """One PDF with the labels of all orders that are named."""
    orders = [as_key(order) for order in request.GET.getlist("order")]
    return _pdf(
        ordering.print_labels(order_ids=orders, store_id=worker.by.store_id, language=language()), "labels.pdf"
    )


@task(DESK)
def note(request: HttpRequest, worker: Worker, order: UUID) -> HttpResponse:
    """The delivery note of one order."""
    try:
        return _pdf(ordering.print_note(order_id=order, store_id=worker.by.store_id), f"note-{order}.pdf")
    except ordering.WrongState as error:
        messages.error(request, said(error))
        return redirect("admin:ordering_order_change", order)


def _pdf(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


route("labels/", labels, name="ordering_labels")
route("notes/<uuid:order>/", note, name="ordering_note")
