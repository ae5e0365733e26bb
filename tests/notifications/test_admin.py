"""What staff see of what customers were told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.ids import new_id
from grocery.notifications import models
from grocery.notifications.contracts import Kind
from grocery.notifications.services.queue_message import queue_message
from grocery.ordering.contracts import OrderView

PASSWORD = "ca kho to cay cay"
LIST = "/admin/notifications/message/"


def signed_in(role: accounts.Role) -> Client:
    accounts.prepare_database()
    accounts.create_staff(email=f"{role}@example.com", password=PASSWORD, name="Minh", roles=[role])
    client = Client()
    assert client.login(username=f"{role}@example.com", password=PASSWORD)
    return client


@pytest.fixture
def write(lan: UUID, ordered: Callable[[UUID], OrderView], outbox: Path) -> Callable[[], models.Message]:
    """Write one message more."""
    order = ordered(lan)

    def one() -> models.Message:
        queue_message(kind=Kind.ORDER_CONFIRMED, event_id=new_id(), order_id=order.id, now=clock.now())
        return models.Message.objects.latest("id")

    return one


def test_the_list_costs_the_same_whatever_its_length(write: Callable[[], models.Message]):
    manager, counts = signed_in(accounts.Role.MANAGER), []
    for more in (1, 2):
        [write() for _ in range(more)]
        manager.get(LIST)
        with CaptureQueriesContext(connection) as statements:
            assert "đã được xác nhận" in manager.get(LIST).content.decode()
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_message_is_read_and_not_edited(write: Callable[[], models.Message]):
    page = signed_in(accounts.Role.MANAGER).get(f"{LIST}{write().id}/change/").content.decode()
    assert ("Tôm thẻ" in page, 'name="_save"' in page) == (True, False)


def again(client: Client, message: models.Message) -> None:
    client.post(LIST, {"action": "send_again", "_selected_action": [str(message.id)]})


def test_a_manager_sends_a_message_again(
    write: Callable[[], models.Message], deliver: Callable[[], int], outbox: Path
):
    message = write()
    deliver()
    next(outbox.glob("*.eml")).unlink()
    again(signed_in(accounts.Role.MANAGER), message)
    deliver()
    assert [path.stem for path in outbox.glob("*.eml")] == [str(message.id)]


def test_support_reads_and_does_not_send(write: Callable[[], models.Message], deliver: Callable[[], int]):
    message = write()
    deliver()
    again(signed_in(accounts.Role.SUPPORT), message)
    message.refresh_from_db()
    assert (message.state, message.resent) == ("sent", 0)
