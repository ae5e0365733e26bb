"""Requests that were done to an order, so that whoever repeats one, because no answer came, does it no more."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import models

from grocery.ordering.models.columns import key
from grocery.ordering.models.orders import Order


class DoneRequestQuerySet(models.QuerySet["DoneRequest"]):
    def first_time(self, order_id: UUID, request: str, now: datetime) -> bool:
        """Write down that the request is done to this order, which is locked; False if that was known."""
        return self.get_or_create(order_id=order_id, request=request, defaults={"at": now})[1]


class DoneRequest(models.Model):
    """Somebody's request, in the transaction that did it. See docs/adr/0170."""

    id = key()
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+")
    #: What was asked for, by whom, under which key.
    request = models.CharField(max_length=320)
    at = models.DateTimeField()

    objects = DoneRequestQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "request"], name="order_request_done_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.request}"
