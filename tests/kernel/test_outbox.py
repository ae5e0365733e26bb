"""Facts survive, and reach each subscriber."""

from __future__ import annotations

import pytest
from django.db.transaction import TransactionManagementError

from grocery.kernel.events import Event
from grocery.kernel.outbox import publish


@pytest.mark.django_db(transaction=True)
def test_a_fact_is_refused_outside_a_transaction():
    with pytest.raises(TransactionManagementError):
        publish(Event())
