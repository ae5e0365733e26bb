"""The account: transfers that arrive, what it holds, and its statement day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tests.sandbox.bank.memos import WAYS, delivered
from tests.sandbox.clock import Clock
from tests.sandbox.knobs import Knobs
from tests.sandbox.store import Document, Store

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
LARGEST = 499_999_999
LONGEST_MEMO = 210
OPENING_BALANCE = 10_000_000


@dataclass(frozen=True)
class Order:
    """A transfer as its payer gives it. `memo_as`: see `memos`; "" as the knob says. `to`: bank and account."""

    amount: int
    memo: str
    payer: str
    payer_account: str
    to: tuple[str, str]
    memo_as: str = ""


class Account:
    """One account at one bank. Callers hold the store's lock."""

    def __init__(self, store: Store, clock: Clock, knobs: Knobs, *, bank_bin: str, number: str, holder: str) -> None:
        self._store, self._clock, self._knobs = store, clock, knobs
        self.bin, self.number, self.holder = bank_bin, number, holder

    @property
    def address(self) -> tuple[str, str]:
        return self.bin, self.number

    def receive(self, order: Order) -> Document:
        """Book a transfer. One that names another account is booked there, and not here."""
        _check(order)
        here = order.to == self.address
        number, balance = self._count(order.amount if here else 0)
        booked = datetime.fromtimestamp(self._clock.now(), UTC).astimezone(LOCAL)
        transfer: Document = {
            "transaction": f"FT{booked:%y%j}{number:06}",
            "bin": order.to[0],
            "account": order.to[1],
            "amount": order.amount,
            "currency": "VND",
            "memo": delivered(order.memo, order.memo_as or str(self._knobs["memo_as"])),
            "payer": {"name": order.payer, "account": order.payer_account},
            "booked_at": booked.isoformat(timespec="seconds"),
            "balance": balance if here else None,
        }
        self._store.put("bank_transfer", transfer["transaction"], transfer)
        return transfer

    def _count(self, amount: int) -> tuple[int, int]:
        """The number of the next transfer, and what the account holds after it."""
        last = self._store.get("bank_counter", "transfer") or {"number": 0, "balance": OPENING_BALANCE}
        now = {"number": last["number"] + 1, "balance": last["balance"] + amount}
        self._store.put("bank_counter", "transfer", now)
        return now["number"], now["balance"]

    def transfers(self) -> list[Document]:
        """Into this account, oldest first."""
        return [t for t in self._store.all("bank_transfer") if (t["bin"], t["account"]) == self.address]

    def statement(self, day: date) -> Document:
        """What was booked on that day, in Vietnam."""
        earlier = [t for t in self.transfers() if _day(t) < day]
        that_day = [t for t in self.transfers() if _day(t) == day]
        opening = OPENING_BALANCE + _sum(earlier)
        return {
            "bin": self.bin,
            "account": self.number,
            "holder": self.holder,
            "day": day.isoformat(),
            "opening_balance": opening,
            "closing_balance": opening + _sum(that_day),
            "transactions": that_day,
        }


def _sum(transfers: list[Document]) -> int:
    return sum(int(transfer["amount"]) for transfer in transfers)


def _day(transfer: Document) -> date:
    return datetime.fromisoformat(transfer["booked_at"]).date()


def _check(order: Order) -> None:
    if isinstance(order.amount, bool) or not isinstance(order.amount, int) or not 0 < order.amount <= LARGEST:
        raise ValueError(f"amount is a whole number of đồng from 1 to {LARGEST}")
    if len(order.memo) > LONGEST_MEMO:
        raise ValueError(f"memo has at most {LONGEST_MEMO} letters")
    if order.memo_as not in {"", *WAYS}:
        raise ValueError(f"memo_as is one of {list(WAYS)}")
