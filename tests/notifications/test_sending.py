"""A fact becomes one message, and one message becomes one mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from grocery.accounts.models import User
from grocery.kernel import clock
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.kernel.quantity import quantity
from grocery.notifications import models
from grocery.notifications import public as notifications
from grocery.notifications.contracts import Letter, MailNotSent, MailRefused
from grocery.notifications.handlers import write_change_not_made
from grocery.notifications.services.send_message import send_message
from grocery.ordering import public as ordering
from grocery.ordering.contracts import CancelReason, OrderView
from grocery.ordering.events import OrderCancelled, OrderChangeNotMade, OrderConfirmed, OrderDelivered, OrderFact
from grocery.ordering.models import OrderLine
from grocery.payments.events import TransferCameLate
from tests.notifications.conftest import customer
from tests.shop import Shop

Ordered = Callable[[UUID], OrderView]
Deliver = Callable[[], int]


def confirmed(order: OrderView) -> OrderConfirmed:
    return OrderConfirmed(order_id=order.id, number=order.number, customer_id=order.customer_id)


def tell(*facts: OrderFact) -> None:
    with transaction.atomic():
        publish(*facts)


def mails(outbox: Path) -> list[EmailMessage]:
    parser = BytesParser(policy=policy.default)
    return [parser.parsebytes(path.read_bytes()) for path in sorted(outbox.glob("*.eml"))]


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part else ""


class BrokenMailer:
    """A mail server that answers with the same trouble each time."""

    def __init__(self, trouble: Exception) -> None:
        self.trouble = trouble

    def send(self, letter: Letter) -> None:
        raise self.trouble


class SlowEye:
    """Looks whether a transaction is open while the mail server is being waited for."""

    saw_transaction: bool | None = None

    def send(self, letter: Letter) -> None:
        self.saw_transaction = connection.in_atomic_block


@pytest.fixture
def queued(lan: UUID, ordered: Ordered, outbox: Path) -> models.Message:
    """A message that is written and not sent."""
    from grocery.notifications.services.queue_message import queue_message

    order = ordered(lan)
    queue_message(kind=notifications.Kind.ORDER_CONFIRMED, event_id=new_id(), order_id=order.id, now=clock.now())
    return models.Message.objects.get()


def test_a_confirmed_order_is_told_by_one_mail(lan: UUID, ordered: Ordered, outbox: Path, deliver: Deliver):
    order = ordered(lan)
    tell(confirmed(order))
    deliver()
    assert [(mail["To"], mail["Subject"]) for mail in mails(outbox)] == [
        ("lan.vi@example.com", f"Đơn {order.number} đã được xác nhận")
    ]


@pytest.mark.django_db
def test_the_mail_speaks_the_customers_language(ordered: Ordered, outbox: Path, deliver: Deliver):
    order = ordered(customer("en"))
    tell(confirmed(order))
    deliver()
    assert [(mail["Content-Language"], mail["Subject"]) for mail in mails(outbox)] == [
        ("en", f"Order {order.number} is confirmed")
    ]


def test_a_change_is_told_by_one_mail_however_often_its_fact_comes(
    lan: UUID, ordered: Ordered, outbox: Path, deliver: Deliver
):
    order = ordered(lan)
    fact = OrderChangeNotMade(
        order_id=order.id, number=order.number, customer_id=order.customer_id, revision_id=new_id()
    )
    tell(fact)
    deliver()
    write_change_not_made(fact)
    deliver()
    assert [mail["Subject"] for mail in mails(outbox)] == [f"Đơn {order.number} đã thay đổi"]


def test_each_fact_has_its_mail(lan: UUID, ordered: Ordered, outbox: Path, deliver: Deliver):
    order = ordered(lan)
    told: dict[str, Any] = {"order_id": order.id, "number": order.number, "customer_id": order.customer_id}
    tell(OrderConfirmed(**told), OrderDelivered(**told), OrderCancelled(**told, reason=CancelReason.NOT_PAID))
    deliver()
    assert sorted(models.Message.objects.values_list("kind", "state")) == [
        ("order_cancelled", "sent"),
        ("order_confirmed", "sent"),
        ("order_delivered", "sent"),
    ]
    (cancellation,) = (mail for mail in mails(outbox) if "hủy" in mail["Subject"])
    assert "Chúng tôi chưa nhận được thanh toán kịp thời" in text_of(cancellation)


def asked_about_milk(shop: Shop) -> ordering.Substitution:
    """A carton of milk ran out while picking, and the customer wants to be asked."""
    shop.allergens = ()
    shop.stock(milk=10, oat=10)
    order = shop.confirmed_order(milk=2)
    OrderLine.objects.filter(order_id=order.id).update(substitution="ask")
    return ordering.substitute(
        order_id=order.id, sku="milk", with_sku="oat", quantity=quantity(1), by=shop.picker, now=shop.now
    )


@pytest.mark.django_db
def test_a_question_goes_out_with_its_link(outbox: Path):
    shop = Shop()
    asked = asked_about_milk(shop)
    shop.tell()
    (mail,) = (mail for mail in mails(outbox) if "vừa hết" in mail["Subject"])
    assert f"/orders/answer/{ordering.answer_token(substitution_id=asked.id)}/" in text_of(mail)


@pytest.mark.django_db
def test_a_question_that_is_settled_by_then_is_not_asked(outbox: Path):
    shop = Shop()
    asked = asked_about_milk(shop)
    ordering.answer(substitution_id=asked.id, accept=True, now=shop.now)
    shop.tell()
    assert [mail["Subject"] for mail in mails(outbox) if "vừa hết" in mail["Subject"]] == []


@pytest.mark.django_db
def test_an_order_is_told_of_from_the_till_to_the_door(outbox: Path):
    shop = Shop()
    shop.stock(milk=10)
    order = shop.delivered_order(milk=2)
    confirmation, delivery_note = mails(outbox)
    assert [mail["Subject"] for mail in (confirmation, delivery_note)] == [
        f"Đơn {order.number} đã được xác nhận",
        f"Đơn {order.number} đã giao",
    ]
    assert f"Tổng cộng: {order.total}" in text_of(delivery_note)
    assert "Giao tới: 18/3 Lê Anh Xuân, Phường Bến Thành, Thành phố Hồ Chí Minh" in text_of(confirmation)


def test_the_mail_has_plain_text_html_and_a_name_of_its_own(queued: models.Message, outbox: Path):
    send_message(message_id=queued.id, now=clock.now())
    (mail,) = mails(outbox)
    assert mail["Message-ID"] == f"<{queued.id}@testserver>" == queued.reference
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_facts_about_messages_carry_no_personal_data(queued: models.Message):
    payload = OutboxEvent.objects.get(stream=f"message:{queued.id}").payload
    assert payload.keys() == {"event_id", "message_id"}


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_mail_is_being_sent(queued: models.Message):
    eye = SlowEye()
    send_message(message_id=queued.id, now=clock.now(), via=eye)
    assert eye.saw_transaction is False


def test_a_message_that_was_sent_is_not_sent_again(queued: models.Message, outbox: Path):
    send_message(message_id=queued.id, now=clock.now())
    send_message(message_id=queued.id, now=clock.now(), via=BrokenMailer(AssertionError("sent twice")))
    assert len(mails(outbox)) == 1


def test_a_mail_server_that_is_away_is_asked_again_with_the_same_letter(queued: models.Message, outbox: Path):
    with pytest.raises(MailNotSent):
        send_message(message_id=queued.id, now=clock.now(), via=BrokenMailer(MailNotSent("no route to host")))
    queued.refresh_from_db()
    assert (queued.state, queued.attempts, queued.error) == ("sending", 1, "no route to host")
    send_message(message_id=queued.id, now=clock.now())
    assert [mail["Message-ID"] for mail in mails(outbox)] == [queued.reference]


def test_a_letter_that_is_refused_is_not_tried_again(queued: models.Message):
    send_message(message_id=queued.id, now=clock.now(), via=BrokenMailer(MailRefused("no such mailbox")))
    queued.refresh_from_db()
    assert (queued.state, queued.error, queued.sent_at) == ("refused", "no such mailbox", None)


def test_what_happened_a_day_ago_is_kept_but_not_sent(queued: models.Message, outbox: Path):
    send_message(message_id=queued.id, now=clock.now() + timedelta(hours=25))
    queued.refresh_from_db()
    assert (queued.state, mails(outbox)) == ("stale", [])


def test_an_old_fact_that_is_told_late_is_stale_too(lan: UUID, ordered: Ordered, outbox: Path, deliver: Deliver):
    """The relay was down for two days: the message is new, what it says is not."""
    fact = confirmed(ordered(lan))
    two_days = 2 * 24 * 3600 * 1000
    old = UUID(int=fact.event_id.int - (two_days << 80))
    tell(OrderConfirmed(event_id=old, order_id=fact.order_id, number=fact.number, customer_id=lan))
    deliver()
    assert (models.Message.objects.get().state, mails(outbox)) == ("stale", [])


def test_on_request_a_message_goes_out_again_however_old(queued: models.Message, outbox: Path, deliver: Deliver):
    models.Message.objects.update(happened_at=datetime(2026, 1, 1, tzinfo=UTC))
    deliver()
    notifications.resend(message_id=queued.id)
    deliver()
    queued.refresh_from_db()
    assert (queued.state, queued.resent, len(mails(outbox))) == ("sent", 1, 1)


@pytest.mark.django_db
def test_an_unknown_message_cannot_be_sent_again():
    with pytest.raises(NotFound):
        notifications.resend(message_id=new_id())


def test_nobody_is_told_when_the_customer_is_gone(lan: UUID, ordered: Ordered, outbox: Path, deliver: Deliver):
    order = ordered(lan)
    User.objects.filter(id=lan).delete()
    tell(confirmed(order))
    deliver()
    assert (models.Message.objects.count(), mails(outbox)) == (0, [])


def test_the_local_outbox_can_be_read(queued: models.Message, outbox: Path):
    send_message(message_id=queued.id, now=clock.now())
    (line,) = notifications.outbox()
    letter = notifications.message(message_id=line.id)
    assert (line.to, line.subject) == (queued.to, queued.subject)
    assert (letter.text, letter.language) == (queued.text, "vi")
    assert re.sub(r"\s", "", letter.html) == re.sub(r"\s", "", queued.html)


def test_the_newest_mail_comes_first(lan: UUID, ordered: Ordered, outbox: Path, deliver: Deliver):
    order = ordered(lan)
    for fact in (confirmed(order), OrderDelivered(order_id=order.id, number=order.number, customer_id=lan)):
        tell(fact)
        deliver()
    subjects = [mail.subject for mail in notifications.outbox()]
    assert subjects == [f"Đơn {order.number} đã giao", f"Đơn {order.number} đã được xác nhận"]
    assert len(notifications.outbox(limit=1)) == 1


@pytest.mark.usefixtures("outbox")
def test_an_empty_outbox_is_empty_and_has_no_letter():
    assert notifications.outbox() == []
    with pytest.raises(NotFound):
        notifications.message(message_id=new_id())


def test_who_paid_too_late_is_told_that_it_goes_back(lan: UUID, ordered: Ordered, deliver: Deliver, outbox: Path):
    order = ordered(lan)
    with transaction.atomic():
        publish(TransferCameLate(order_id=order.id, amount=dong(345_000)))
    deliver()
    [mail] = mails(outbox)
    assert (order.number in mail["Subject"], "345.000\N{NO-BREAK SPACE}₫" in text_of(mail)) == (True, True)
