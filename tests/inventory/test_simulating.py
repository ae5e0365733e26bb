"""A shop at play ends with its books in order and nothing reserved."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from grocery.inventory import public as inventory
from grocery.inventory.models import Reservation
from grocery.inventory.public import SimulationFigures
from grocery.kernel.errors import Invalid
from tests.inventory.conftest import NOON, Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    for number in range(6):
        shop.receive(f"sku{number}", 40, expires=5)
    return shop


def play(shop: Shop, *, seconds: int = 1, stop: Event | None = None, **more: Any) -> SimulationFigures:
    asked: dict[str, Any] = {"rate": 200, "skus": 5, "seed": 7, "report": lambda _figures: None} | more
    return inventory.simulate(
        location=shop.location, seconds=seconds, clock=lambda: NOON, stop=stop or Event(), **asked
    )


def test_it_ends_with_books_that_agree_and_nothing_reserved(shop: Shop):
    figures = play(shop)
    assert [inventory.check_stock(), Reservation.objects.open().count()] == [[], 0]
    assert min(figures.reserved, figures.bought, figures.received) > 0


def test_interrupted_it_lets_go_what_was_reserved(shop: Shop):
    class Interrupted(Exception):
        pass

    def interrupt(_figures: SimulationFigures) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        play(shop, seconds=60, report=interrupt)
    assert [inventory.check_stock(), Reservation.objects.open().count()] == [[], 0]


@pytest.fixture
def _as_in_a_terminal() -> Iterator[None]:
    """A shell that starts something in the background has it ignore SIGINT; then Python does as well."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_as_in_a_terminal")
def test_ctrl_c_ends_it_with_the_books_in_order(shop: Shop, mark: Path, monkeypatch: pytest.MonkeyPatch):
    """A real SIGINT, from outside, once a first line was written; a minute of play would be ahead."""
    mark.touch()
    monkeypatch.setattr("grocery.kernel.clock.now", lambda: NOON)
    ctrl_c = Thread(target=os.kill, args=[os.getpid(), signal.SIGINT])

    class Terminal(StringIO):
        def write(self, said: str) -> int:
            if "reserved" in said and ctrl_c.ident is None:
                ctrl_c.start()
            return super().write(said)

    terminal = Terminal()
    call_command("simulate_stock", "--seconds=60", "--rate=200", stdout=terminal)
    ctrl_c.join()
    assert "Ended; what was reserved is free again." in terminal.getvalue()
    assert "The books agree." in terminal.getvalue()
    assert Reservation.objects.open().count() == 0


@pytest.mark.django_db
def test_a_store_without_goods_is_no_place_to_play(shop: Shop):
    with pytest.raises(Invalid):
        play(Shop())


@pytest.fixture
def mark(settings: Any, tmp_path: Path) -> Path:
    """What says that this is a demo."""
    mark = tmp_path / "filled"
    settings.DEMO_MARK = mark
    return mark


def command(*arguments: str) -> str:
    said = StringIO()
    call_command("simulate_stock", "--seconds=1", "--rate=50", *arguments, stdout=said)
    return said.getvalue()


def test_a_real_shop_is_not_played_with_unless_one_insists(shop: Shop, mark: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grocery.kernel.clock.now", lambda: NOON + timedelta(hours=1))
    with pytest.raises(CommandError, match="not a demo"):
        command()
    assert "The books agree." in command("--yes")
    mark.touch()
    assert "The books agree." in command()


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["--rate=0", "--rate=501", "--seconds=90000", "--skus=0", "--store=X"])
def test_it_is_bounded(shop: Shop, mark: Path, wrong: str):
    mark.touch()
    with pytest.raises(CommandError):
        command(wrong)
