"""What payments does when it hears of something. All of these ask the provider, so none runs in a transaction."""

from __future__ import annotations

from grocery.kernel import clock
from grocery.kernel.outbox import on
from grocery.payments import events
from grocery.payments.services.apply_notice import apply_notice
from grocery.payments.services.saved_cards import forget
from grocery.payments.services.settle import settle


@on(events.CaptureRequested, outside=True)
def capture(event: events.CaptureRequested) -> None:
    settle(order_id=event.order_id, now=clock.now())


@on(events.CancellationRequested, outside=True)
def cancel(event: events.CancellationRequested) -> None:
    settle(order_id=event.order_id, now=clock.now())


@on(events.RenewalRequested, outside=True)
def renew(event: events.RenewalRequested) -> None:
    settle(order_id=event.order_id, now=clock.now())


@on(events.CardToForget, outside=True)
def forget_card(event: events.CardToForget) -> None:
    forget(card_id=event.card_id)


@on(events.RefundToMake, outside=True)
def refund(event: events.RefundToMake) -> None:
    settle(order_id=event.order_id, now=clock.now())


@on(events.WebhookReceived, outside=True)
def look_at_payment(event: events.WebhookReceived) -> None:
    apply_notice(notice_id=event.notice_id, now=clock.now())
