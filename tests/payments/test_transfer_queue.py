"""The queue of transfers that fit nothing, as staff see it."""

from __future__ import annotations

import pytest
from prometheus_client import generate_latest

from grocery.accounts import public as accounts
from grocery.kernel.ids import new_id
from tests.payments.conftest import Till
from tests.payments.test_bank_notices import memo_of, offered
from tests.payments.test_owed import staff, text
from tests.payments.test_transfers_seen_to import came, order

__all__ = ["offered"]

pytestmark = pytest.mark.django_db


def test_staff_see_the_queue_and_act_in_it(till: Till):
    order_id = order(till)
    sent = came(till, "x")
    page, manager = f"/admin/payments/incomingtransfer/{sent}/change/", staff()
    assert "payments_transfers_open 1.0" in generate_latest().decode()
    assert manager.post(page, {"do": "assign", "note": "phoned"}, follow=True).status_code == 200
    assert (till.state(order_id), "TRAN VAN BA" in text(manager.get(page, follow=True))) == ("pending", True)
    answer = {"do": "assign", "order_number": "G-1", "note": "phoned"}
    lookers = staff(accounts.Role.SUPPORT, name="looker")
    assert lookers.post(page, answer, follow=True).status_code == 403
    assert manager.post(page, answer, follow=True).status_code == 200
    assert (till.state(order_id), "payments_transfers_open 0.0" in generate_latest().decode()) == ("captured", True)
    lists = [
        text(manager.get(f"/admin/payments/incomingtransfer/{shown}", follow=True)) for shown in ("", "?shown=all")
    ]
    assert ["FT1" in found for found in lists] == [False, True]


def test_a_store_does_not_see_what_is_for_another(till: Till):
    known = came(till, memo_of(till, order(till)), 5)
    unknown = came(till, "x", reference="FT2")
    theirs = staff(store_id=new_id(), name="other")
    pages = [f"/admin/payments/incomingtransfer/{one}/change/" for one in (known, unknown)]
    assert [theirs.get(page, follow=True).status_code for page in pages] == [403, 200]
