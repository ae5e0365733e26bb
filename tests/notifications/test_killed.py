"""A relay may die at any moment: the customer gets one mail all the same."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from grocery.kernel.models import InboxEntry
from grocery.kernel.outbox import publish
from grocery.notifications.models import Message
from grocery.ordering.contracts import OrderView
from grocery.ordering.events import OrderConfirmed
from tests.forking import forks
from tests.notifications import killed_relay

SEAMS = ["while it is being written", "before it is sent", "after it is sent", "after it is marked"]
_forks = forks(killed_relay.__name__)


def killed_at(seam: str) -> int | None:
    """Let a relay in a process of its own die at this moment; how it ended."""
    database, outbox = connection.settings_dict["NAME"], settings.MAIL_OUTBOX
    relay = _forks.Process(target=killed_relay.run, args=[database, outbox, seam])
    relay.start()
    relay.join()
    return relay.exitcode


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seam", SEAMS)
def test_the_mail_is_sent_once_though_the_relay_is_killed(
    seam: str, lan: UUID, ordered: Callable[[UUID], OrderView], outbox: Path, deliver: Callable[[], int]
):
    order = ordered(lan)
    with transaction.atomic():
        publish(OrderConfirmed(order_id=order.id, number=order.number, customer_id=lan))
    assert killed_at(seam) == -signal.SIGKILL
    InboxEntry.objects.filter(handled_at=None).update(due_at=Now())  # as if the dead relay's lease had run out
    deliver()
    assert [path.stem for path in outbox.iterdir()] == [str(Message.objects.get().id)]
    assert Message.objects.get().state == "sent"
