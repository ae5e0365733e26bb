"""What opens a payment is shown to its payer and to nobody else."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from grocery.kernel.models import OutboxEvent
from grocery.payments import public as payments
from grocery.payments.gateways.registry import provider_of
from grocery.payments.models import Payment, ProviderCall, ProviderNotice
from tests.payments.conftest import COMMITTED, Till

pytestmark = COMMITTED


def secret_of(till: Till) -> str:
    return str(till.sandbox.intents()[0]["client_secret"])


def test_no_log_holds_a_client_secret_at_any_level(
    till: Till, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
):
    caplog.set_level(logging.DEBUG)
    order_id = till.begun()
    till.customer_pays(order_id, "pm_card_chargeDeclined")
    till.webhooks()
    till.authorised()
    written = caplog.text + "".join(capsys.readouterr())
    assert "_secret_" not in written


def test_no_row_holds_a_client_secret(till: Till):
    till.authorised()
    rows: list[Any] = []
    for model in (Payment, ProviderCall, ProviderNotice, OutboxEvent):
        rows += model.objects.values()
    assert secret_of(till) not in json.dumps(rows, default=str)


def test_a_view_does_not_show_the_secret_when_it_is_printed(till: Till):
    view = payments.begin_authorisation(order_id=till.open(), now=till.now)
    assert (view.step is not None, secret_of(till) in repr(view)) == (True, False)


def test_a_provider_does_not_show_its_key_when_it_is_printed(till: Till):
    assert "sk_test" not in repr(provider_of(payments.Method.CARD))
