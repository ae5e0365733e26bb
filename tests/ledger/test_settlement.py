"""A provider's report against our books: fees and payouts are booked, what differs waits to be explained."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from grocery.accounts.public import Role
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.ledger import public as ledger
from grocery.ledger.handlers import book_returned, book_taken
from grocery.ledger.models import SettlementLine
from grocery.payments.events import MoneyReturned, MoneyTaken
from tests.ledger.books import balances
from tests.ordering.staff import at_work, text
from tests.shop import Shop

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db
HEAD = "date,reference,kind,amount,fee\n"


def taken(reference: str, amount: int, at: datetime = NOW) -> None:
    """Of some order, by card."""
    book_taken((MoneyTaken(**_movement(reference, amount, at)),))


def returned(reference: str, amount: int) -> None:
    ids: dict[str, Any] = {"refund_id": new_id(), "part_id": new_id(), "by_hand": False}
    book_returned((MoneyReturned(**_movement(reference, amount, NOW), **ids),))


def _movement(reference: str, amount: int, at: datetime) -> dict[str, Any]:
    names = {"order_id": new_id(), "order_number": "A-7", "store_id": new_id(), "payment_id": new_id()}
    return {**names, "amount": dong(amount), "method": "card", "provider": "stripe", "reference": reference, "at": at}


def settle(lines: str) -> ledger.Imported:
    return ledger.import_report(provider="stripe", text=HEAD + lines, now=NOW)


def states() -> dict[str, str]:
    return dict(SettlementLine.objects.values_list("reference", "state"))


def test_what_both_have_matches_and_the_rest_of_the_day_goes_to_the_bank():
    taken("pi_1", 100_000)
    returned("re_1", 30_000)
    done = settle(
        "2026-11-20,pi_1,payment,100000,3300\n2026-11-20,re_1,refund,30000,\n"
        "2026-11-20,radar,fee,500,\n2026-11-20,po_1,payout,66200,\n"
    )
    assert done == ledger.Imported(lines=4, again=0, matched=4, different=0)
    assert balances() == {"fees": 3_800, "bank": 66_200, "receivable": -70_000}, "nothing is left with the provider"


def test_the_same_report_again_changes_nothing():
    taken("pi_1", 100_000)
    lines = "2026-11-20,pi_1,payment,100000,3300\n2026-11-20,po_1,payout,96700,\n"
    settle(lines)
    before = balances()
    assert (settle(lines), balances()) == (ledger.Imported(lines=2, again=2, matched=0, different=0), before)


def test_each_difference_has_its_name():
    taken("pi_1", 100_000)
    taken("pi_2", 50_000)
    taken("pi_late", 1_000, at=NOW + timedelta(days=3))
    done = settle("2026-11-20,pi_1,payment,90000,\n2026-11-20,pi_9,payment,5000,\n")
    assert (done.different, states()) == (
        3,
        {"pi_1": "other_amount", "pi_2": "missing_there", "pi_9": "missing_here"},
    )


def test_a_later_report_settles_what_was_missing():
    taken("pi_1", 100_000)
    taken("pi_2", 50_000)
    settle("2026-11-20,pi_1,payment,100000,\n")
    assert states()["pi_2"] == "missing_there"
    settle("2026-11-21,pi_2,payment,50000,\n")
    assert states() == {"pi_1": "matched", "pi_2": "matched"}


def test_a_difference_is_explained_once_and_booked_if_the_provider_is_right():
    taken("pi_1", 100_000)
    settle("2026-11-20,pi_1,payment,90000,\n2026-11-20,pi_9,payment,5000,\n")
    for line in SettlementLine.objects.all():
        explained: dict[str, Any] = {"line_id": line.id, "note": "by phone", "by": new_id(), "now": NOW}
        ledger.explain(**explained, into_books=True)
        with pytest.raises(ledger.AlreadyExplained):
            ledger.explain(**explained, into_books=True)
    assert (balances(), set(states().values())) == (
        {"clearing": 95_000, "receivable": -100_000, "unexplained": 5_000},
        {"explained"},
    )


@pytest.mark.parametrize(
    "lines",
    [
        "20/11/2026,pi_1,payment,1,\n",
        "2026-11-20,pi_1,gift,1,\n",
        "2026-11-20,,payment,1,\n",
        "2026-11-20,pi_1,payment,1.5,\n",
        "2026-11-20,pi_1,payment,-1,\n",
        "2026-11-20,pi_1,payment,,\n",
        "2026-11-20,pi_1,payment,1,\n2026-11-20,pi_1,payment,1,\n",
    ],
)
def test_a_report_is_taken_whole_or_not_at_all(lines: str):
    with pytest.raises(ledger.ReportUnreadable):
        settle("2026-11-20,pi_0,payment,1,\n" + lines)
    assert states() == {}


def test_the_command_takes_a_file(tmp_path: Any, capsys: Any):
    file = tmp_path / "stripe.csv"
    file.write_text(HEAD + "2026-11-20,po_1,payout,1000,\n", encoding="utf-8")
    call_command("ledger", "settle", str(file), "--provider", "stripe")
    assert "1 lines" in capsys.readouterr().out
    file.write_text("date\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("ledger", "settle", str(file), "--provider", "stripe")


def test_accountants_upload_a_report_and_explain_what_differs(shop: Shop):
    accountant = at_work(None, Role.ACCOUNTANT)
    page = "/en/admin/ledger/settlementline/"
    file = BytesIO((HEAD + "2026-11-20,pi_9,payment,5000,\n").encode())
    file.name = "report.csv"
    assert "1 to be explained" in text(
        accountant.post(f"{page}import/", {"provider": "stripe", "file": file}, follow=True)
    )
    line = SettlementLine.objects.get()
    assert "5.000" in text(accountant.get(f"{page}{line.id}/change/"))
    accountant.post(f"{page}{line.id}/change/", {"note": "a test of theirs"})
    assert ("pi_9" in text(accountant.get(page)), "pi_9" in text(accountant.get(f"{page}?shown=all"))) == (
        False,
        True,
    )
    assert at_work(shop.store.id, Role.MANAGER).get(page).status_code == 403
    assert at_work(None, Role.SUPPORT).post(f"{page}import/", {}).status_code == 403
