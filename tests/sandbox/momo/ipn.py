"""IPNs: what MoMo tells the shop without being asked; the page "notification" of https://developers.momo.vn/v3/."""

from __future__ import annotations

import json
from typing import Any

from tests.sandbox.clock import Clock
from tests.sandbox.dispatch import Dispatcher, Manners, Message, new_id
from tests.sandbox.knobs import Knobs
from tests.sandbox.momo.signatures import raw, signature
from tests.sandbox.store import Document, Store

#: How much a wrong amount is off.
OFF_BY = 1_000
SOMEBODY_ELSES_KEY = "the-key-of-somebody-else"
ACCEPTED = 204
#: Seconds by which an IPN follows a customer who comes back before it.
BEHIND = 2.0


class Ipns:
    """Those of one partner, on their way to the address that each create named."""

    def __init__(self, store: Store, clock: Clock, knobs: Knobs, *, access_key: str, secret_key: str) -> None:
        self._store, self._knobs = store, knobs
        self._access_key, self._secret_key = access_key, secret_key
        self.dispatcher = Dispatcher(
            store,
            clock,
            prefix="momo_",
            compose=self._compose,
            manners=self._manners,
            held=lambda: bool(knobs["hold"]),
        )

    def tell(self, url: str, fields: Document, fault: Document) -> str:
        """Tell the shop this, as well as knobs and fault allow; returns the IPN's name."""
        key = new_id("ipn")
        flaws = [name for name in ("wrong_amount", "bad_signature", "reordered") if self._knobs.use_up(name)]
        self._store.put("momo_ipn", key, {"id": key, "url": url, "fields": fields})
        knobs = self._knobs.all()
        if knobs["never"]:
            return key
        after = knobs["delay"] + (BEHIND if knobs["redirect"] == "before" else 0.0)
        self.dispatcher.tell(key, fault, after=after, flaws=flaws)
        for _ in range(knobs["duplicates"]):
            self.dispatcher.schedule(key, after=after)
        return key

    def signed(self, fields: Document, *, key: str = "") -> Document:
        return fields | {"signature": signature(raw("ipn", fields, self._access_key), key or self._secret_key)}

    def _compose(self, delivery: Document) -> Message | None:
        told = self._store.get("momo_ipn", delivery["event"])
        if told is None:
            return None
        fields: dict[str, Any] = dict(told["fields"])
        knobs = self._knobs.all()
        if "wrong_amount" in delivery["flaws"]:
            fields["amount"] += OFF_BY
        if knobs["amount_as_text"]:
            fields["amount"] = str(fields["amount"])
        bad = SOMEBODY_ELSES_KEY if "bad_signature" in delivery["flaws"] else ""
        fields = self.signed(fields, key=bad)
        if knobs["unknown_fields"]:
            fields |= {"paymentOption": "momo", "userFee": 0, "promotionInfo": None, "newIn2027": {"a": [1]}}
        body = json.dumps(fields, ensure_ascii=False).encode()
        return Message(told["url"], body, {"Content-Type": "application/json; charset=UTF-8"})

    def _manners(self) -> Manners:
        knobs = self._knobs.all()
        repeats = [knobs["repeat_after"]] * knobs["repeats"]
        return Manners(lambda status: status == ACCEPTED, knobs["patience"], repeats)
