"""A bank's statement brings what its notices did not, once, whoever comes first."""

from __future__ import annotations

import urllib.request
from functools import partial
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.contracts import Method
from grocery.payments.models import IncomingTransfer
from tests.payments.conftest import BASKET, COMMITTED, Till
from tests.payments.test_bank_notices import at_once, memo_of, offered, queue, tell, transfer

__all__ = ["offered"]

pytestmark = COMMITTED


def take(till: Till, path: Path) -> payments.StatementTaken:
    return payments.import_statement(path=path, columns={}, now=till.now)


def statement(tmp_path: Path, *lines: str, header: str = "booked_at,transaction,amount,memo") -> Path:
    file = tmp_path / "statement.csv"
    file.write_text("\n".join([header, *lines]), encoding="utf-8-sig")
    return file


def test_the_bank_s_own_file_is_read_and_taken_once(till: Till, tmp_path: Path):
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    till.sandbox.bank.transfer(BASKET.minor, memo_of(till, order_id), memo_as="wrapped")
    request = urllib.request.Request(
        f"{till.sandbox.bank.url}/v1/statement?format=csv", headers={"Authorization": "Bearer bank_key_sandbox"}
    )
    file = tmp_path / "bank.csv"
    with urllib.request.urlopen(request) as answer:
        file.write_bytes(answer.read())
    taken = [take(till, file) for _ in range(2)]
    assert (till.state(order_id), [(one.new, one.known) for one in taken]) == ("captured", [(1, 0), (0, 1)])


def test_a_notice_and_a_statement_at_once_count_once(till: Till, tmp_path: Path):
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    memo = memo_of(till, order_id)
    file = statement(tmp_path, f"2026-11-21T15:04:05,FT1,345000,{memo}")
    at_once(*[partial(tell, till, transfer(memo)), partial(take, till, file)] * 3)
    assert (till.facts(order_id), IncomingTransfer.objects.count()) == (["PaymentAuthorised"], 1)


@pytest.mark.parametrize("amount", ["345000", "345.000", "+345,000", "345 000"])
def test_amounts_as_banks_print_them(till: Till, tmp_path: Path, amount: str):
    take(till, statement(tmp_path, f"2026-11-21;FT1;{amount};x", header="booked_at;transaction;amount;memo"))
    assert IncomingTransfer.objects.get().total == dong(345_000)


def test_what_went_out_is_left_out_and_what_cannot_be_read_is_named(till: Till, tmp_path: Path):
    lines = ["2026-11-21,FT1,-5000,out", "2026-11-21,FT2,5000,in", "yesterday,FT3,5000,x", "2026-11-21,,1,x", "x"]
    taken = take(till, statement(tmp_path, *lines, "2026-11-21,FT4,12.5,x"))
    assert ((taken.new, taken.known, taken.unreadable), queue()) == ((1, 0, (4, 5, 6, 7)), [("FT2", "unknown_memo")])


def test_the_command_names_columns_and_changes_nothing_in_a_dry_run(till: Till, tmp_path: Path):
    file = statement(tmp_path, "2026-11-21,FT1,5000,x", header="Ngày,transaction,amount,memo")
    with pytest.raises(CommandError, match="booked_at"):
        call_command("import_statement", file)
    call_command("import_statement", file, "--dry-run", "--column", "booked_at=Ngày")
    assert IncomingTransfer.objects.count() == 0
    call_command("import_statement", file, "--column", "booked_at=Ngày")
    assert IncomingTransfer.objects.count() == 1
