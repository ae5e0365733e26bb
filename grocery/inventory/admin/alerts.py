"""What runs low or expires soon in the store, until somebody has seen it or it is over."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grocery.inventory import public as inventory
from grocery.inventory.admin.finding import names_of
from grocery.inventory.admin.wording import amount, day
from grocery.inventory.admin.work import Tile, Worker, page, route, said, task, tile
from grocery.inventory.models import StockAlert, StockAlerts
from grocery.kernel import clock
from grocery.kernel.errors import DomainError

_SHOWN = 200


@task()
def alerts(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Those that nobody has seen first."""
    rows = list(StockAlert.objects.at(worker.store).open().urgent_first()[:_SHOWN])
    names = names_of({row.sku for row in rows})
    entries = [
        {
            "id": row.id,
            "name": names.get(row.sku, row.sku),
            "sku": row.sku,
            "low": row.kind == StockAlerts.LOW,
            "quantity": amount(row.quantity),
            "threshold": amount(row.threshold),
            "day": day(row.expires_on),
            "seen": row.acknowledged_at is not None,
            "mine": row.acknowledged_by == worker.id,
        }
        for row in rows
    ]
    return page(request, worker, "inventory/alerts.html", title=_("Alerts"), entries=entries)


@task()
def seen(request: HttpRequest, worker: Worker, alert: UUID) -> HttpResponse:
    """I know, I look after it."""
    try:
        inventory.acknowledge_alert(alert=alert, location=worker.store, now=clock.now(), by=worker.id)
    except DomainError as error:
        messages.error(request, said(error))
    return redirect("admin:inventory_alerts")


def _waiting(worker: Worker) -> object:
    return StockAlert.objects.at(worker.store).unseen().count() or ""


tile(
    Tile(
        "admin:inventory_alerts",
        gettext_lazy("Alerts"),
        "low",
        gettext_lazy("What runs low, what expires soon"),
        count=_waiting,
        rank=70,
    )
)
route("alerts/", alerts, name="inventory_alerts")
route("alerts/<uuid:alert>/seen/", require_POST(seen), name="inventory_alert_seen")
