"""Whoever asks a provider of payments, or hears of one, may die between any two statements: once repeated, money was
held once, taken once, given back once, and told of once.

`FAULT_STEP=1` kills at every point, not only at every few of them from one drawn by chance.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.chaos import money
from tests.chaos.money import BACK, KEPT, PayingTown, TransferTown
from tests.chaos.test_faults import walked
from tests.payments.counters import COUNTERS, Counter, Stripe
from tests.sandbox.fixtures import sandbox, sandbox_process
from tests.sandbox.running import Sandbox

__all__ = ["sandbox", "sandbox_process"]

pytestmark = pytest.mark.django_db(transaction=True)

STEP = int(os.environ.get("FAULT_STEP", "48"))
#: The settings by which the process that dies finds the sandbox.
CARRY = [
    "STRIPE_API_URL",
    "PAYMENT_METHODS",
    "PAYMENT_GATEWAYS",
    "MOMO_API_URL",
    "MOMO_PARTNER_CODE",
    "MOMO_ACCESS_KEY",
    "MOMO_SECRET_KEY",
    "BANK_BIN",
    "BANK_ACCOUNT",
    "BANK_NOTICE_SECRETS",
]


@pytest.fixture(params=COUNTERS, ids=lambda counter: counter.provider)
def town(request: pytest.FixtureRequest, settings: Any, tmp_path: Path, sandbox: Sandbox) -> PayingTown:
    settings.FIRESTORE_PROJECT, settings.MAIL_OUTBOX = "", tmp_path
    counter: Counter = request.param
    town = PayingTown.founded()
    town.bank, town.counter = sandbox, counter
    return town


def points(
    town: PayingTown,
    work: Callable[..., Any],
    prepare: Callable[[], Any],
    *,
    held: int,
    kept: int,
    step: int = STEP,
    **told: int,
) -> int:
    """How many there were; after each death it is done again, and looked at."""

    def again(order_id: UUID, *about: Any) -> list[str]:
        work(order_id, *about)
        return list(town.faults_of_money(order_id, told=told, held=held, kept=kept))

    return walked(town, work, prepare, again, step=step, carry=CARRY)


def test_beginning(town: PayingTown):
    assert points(town, money.begin, town.to_begin, held=0, kept=0, PaymentAuthorised=0, PaymentFailed=0) > 10


def test_hearing_that_it_is_authorised(town: PayingTown):
    assert points(town, money.hear, town.to_hear, held=1, kept=0, PaymentAuthorised=1) > 20


@pytest.mark.parametrize("town", [Stripe()], ids=["stripe"], indirect=True)
def test_holding_it_anew(town: PayingTown):
    step = STEP if STEP == 1 else 2 * STEP  # there are many
    assert points(town, money.renew, town.to_renew, held=1, kept=0, step=step, PaymentAuthorised=1) > 60


def test_taking(town: PayingTown):
    assert points(town, money.settle, town.to_take, held=1, kept=KEPT, PaymentCaptured=1) > 20


def test_giving_back(town: PayingTown):
    assert points(town, money.settle, town.to_give_back, held=1, kept=KEPT - BACK, RefundSucceeded=1) > 20


@pytest.mark.parametrize("late", [False, True], ids=["in time", "too late"])
def test_hearing_of_a_transfer(late: bool, settings: Any, tmp_path: Path, sandbox: Sandbox):
    """All of it: the notice comes in, is worked off, pays the order or is owed back, is booked."""
    settings.FIRESTORE_PROJECT, settings.MAIL_OUTBOX = "", tmp_path
    settings.PAYMENT_METHODS = ("bank_transfer",)
    town = TransferTown.founded()
    town.bank = sandbox

    def again(order_id: UUID, *about: Any) -> list[str]:
        money.hear(order_id, *about)
        return list(town.faults_of_transfer(order_id, late=late))

    prepare = town.to_hear_too_late if late else town.to_hear
    assert walked(town, money.hear, prepare, again, step=STEP, carry=[*CARRY]) > 20
