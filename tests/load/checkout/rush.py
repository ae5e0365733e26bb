"""400 orders from 8 clients for 100 units: exactly 100 are accepted, the others hear that it is gone."""

from __future__ import annotations

import json
import statistics
from collections import Counter

from tests.load.checkout.market import Done, Market
from tests.load.measure import table

WHAT = "400 orders from 8 clients for 100 units of one SKU"
HEAD = ["asked for", "accepted", "out of stock", "anything else", "left", "asked/s", "accepted/s", "p99 ms"]
ORDERS, CLIENTS, UNITS = 400, 8, 100

_OF = "FROM inventory_lot lot JOIN inventory_stockitem item ON item.id = lot.stock_item_id WHERE item.sku = %s"
_EMPTY = f"UPDATE inventory_lot SET on_hand = reserved WHERE id IN (SELECT lot.id {_OF})"
_SHELVE = f"""
    UPDATE inventory_lot SET on_hand = reserved + %s
    WHERE id = (SELECT lot.id {_OF} ORDER BY lot.expires_on DESC NULLS FIRST LIMIT 1)
"""
_LEFT = f"SELECT sum(lot.on_hand - lot.reserved) {_OF}"


def run(market: Market) -> str:
    """Once with the SKU among two others, which there are plenty of."""
    sku, *others = market.goods[100:103]
    market.db.execute(_EMPTY, [sku])
    market.db.execute(_SHELVE, [UNITS, sku])
    rounds: list[Done] = []
    while sum(len(done.answers) for done in rounds) < ORDERS:
        market.fill([sku, *others])
        requests = [market.checkout(customer) for customer in market.customers]
        rounds.append(market.do(requests, connections=CLIENTS, good=set(range(200, 600))))
    outcomes = Counter(_outcome(answer.status, answer.body, sku) for done in rounds for answer in done.answers)
    [(left,)] = market.db.execute(_LEFT, [sku]).fetchall()
    assert outcomes == Counter(accepted=UNITS, gone=ORDERS - UNITS), outcomes
    assert left == 0, left
    return table(HEAD, [_row(rounds, outcomes, int(left))])


def _outcome(status: int, body: bytes, sku: str) -> str:
    if status == 201:
        return "accepted"
    said = json.loads(body)
    return "gone" if said.get("code") == "out_of_stock" and sku in json.dumps(said) else f"{status} {said}"


def _row(rounds: list[Done], outcomes: Counter[str], left: int) -> list[object]:
    answers = [answer for done in rounds for answer in done.answers]
    seconds = sum(done.seconds for done in rounds)
    while_there_was_some = rounds[: -(-UNITS // len(rounds[0].answers))]
    sold = sum(answer.status == 201 for done in while_there_was_some for answer in done.answers)
    rate = sold / sum(done.seconds for done in while_there_was_some)
    p99 = statistics.quantiles([answer.milliseconds for answer in answers], n=100)[98]
    wrong = outcomes.total() - outcomes["accepted"] - outcomes["gone"]
    counts = [len(answers), outcomes["accepted"], outcomes["gone"], wrong, left]
    return [*counts, f"{len(answers) / seconds:,.0f}", f"{rate:,.0f}", p99]
