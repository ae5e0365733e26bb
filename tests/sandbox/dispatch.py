"""What providers tell the shop: sent until accepted, held back, taken by a test, early, late or out of order."""

from __future__ import annotations

import secrets
import string
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

from tests.sandbox.clock import Clock
from tests.sandbox.store import Document, Store

#: A message with this flaw is overtaken by whatever is told in the next so many seconds.
OVERTAKEN_WITHIN = 5.0
#: Messages on their way at the same time.
AT_ONCE = 8


def new_id(prefix: str) -> str:
    letters = string.ascii_letters + string.digits
    return f"{prefix}_" + "".join(secrets.choice(letters) for _ in range(24))


@dataclass(frozen=True)
class Message:
    """One request to the shop."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Manners:
    """When an answer counts as accepted, how long one is waited for, after how many seconds a message is repeated."""

    accepts: Callable[[int], bool]
    patience: float
    repeat_after: Sequence[float]


class Dispatcher:
    """The messages of one provider. `compose` writes one anew for each try, or None once it is forgotten.

    A delivery is `{id, event, attempt, due, status, answer, flaws}`; `event` is the name by which `compose` knows
    what to tell, `flaws` what is wrong with it (see `tests.sandbox.faults`).
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        prefix: str,
        compose: Callable[[Document], Message | None],
        manners: Callable[[], Manners],
        held: Callable[[], bool],
    ) -> None:
        self._store, self._clock, self._prefix = store, clock, prefix
        self._compose, self._manners, self._held = compose, manners, held
        self._wake, self._ending = Event(), Event()
        for delivery in store.all(self._heap("sending")):  # cut short by our end
            self._move(delivery, "waiting")

    # --- scheduling -----------------------------------------------------------------------------------------------
    def schedule(self, event: str, *, attempt: int = 0, after: float = 0.0, flaws: Sequence[str] = ()) -> str:
        """Tell this, not before `after` seconds; returns the delivery's id."""
        key = new_id("dlv")
        if "reordered" in flaws:
            after += OVERTAKEN_WITHIN - 0.1 * self._waiting_with("reordered")
        delivery = {
            "id": key,
            "event": event,
            "attempt": attempt,
            "due": self._clock.now() + after,
            "status": "waiting",
            "answer": None,
            "flaws": list(flaws),
        }
        self._store.put(self._heap("waiting"), key, delivery)
        self._wake.set()
        return key

    def tell(self, event: str, fault: Document, *, after: float = 0.0, flaws: Sequence[str] = ()) -> None:
        """Schedule it as the fault has it: see `tests.sandbox.faults.NOTICES`. `flaws` come on top."""
        kind = fault["kind"]
        after += fault["seconds"] if kind == "late" else 0.0
        for _ in range({"never": 0, "duplicate": 2}.get(kind, 1)):
            self.schedule(event, after=after, flaws=[*flaws, kind] if kind else flaws)

    def _waiting_with(self, flaw: str) -> int:
        return sum(flaw in delivery["flaws"] for delivery in self._store.all(self._heap("waiting")))

    def wake(self) -> None:
        """Look again: settings or the time have changed."""
        self._wake.set()

    # --- looking --------------------------------------------------------------------------------------------------
    def take(self, *, due: bool = False) -> list[Document]:
        """What waits, in the order in which it would be sent, for someone who delivers it himself.

        `due`: only what should be on its way by now, not what is late or to be overtaken.
        """
        taken = []
        for delivery in self.due() if due else self._waiting():
            self._move(delivery | {"answer": "taken"}, "delivered")
            if message := self._compose(delivery):
                as_text = {"url": message.url, "headers": message.headers, "body": message.body.decode()}
                taken.append({"event": delivery["event"], **as_text})
        return taken

    def due(self) -> list[Document]:
        """What should be on its way by now, the longest due first."""
        now = self._clock.now()
        return [delivery for delivery in self._waiting() if delivery["due"] <= now]

    def _waiting(self) -> list[Document]:
        return sorted(self._store.all(self._heap("waiting")), key=lambda delivery: delivery["due"])

    def deliveries(self) -> list[Document]:
        """Those to come, those on their way and those behind us."""
        return [d for kind in ("waiting", "sending", "delivery") for d in self._store.all(self._heap(kind))]

    def of(self, event: str) -> list[Document]:
        return [delivery for delivery in self.deliveries() if delivery["event"] == event]

    def _heap(self, status: str) -> str:
        kind = status if status in {"waiting", "sending"} else "delivery"
        return f"{self._prefix}{kind}"

    def _move(self, delivery: Document, status: str) -> None:
        """From one heap to another; what waits is kept apart, so that looking for it stays quick."""
        with self._store.lock:
            self._store.drop(self._heap(delivery["status"]), delivery["id"])
            self._store.put(self._heap(status), delivery["id"], delivery | {"status": status})

    # --- sending --------------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Deliver from now on, in the background."""
        Thread(target=self._deliver_forever, daemon=True, name=f"{self._prefix}notices").start()

    def settle(self) -> None:
        """Return once all that is due has been sent and answered; at once if it is held back."""
        while not self._held() and (self.due() or self._store.all(self._heap("sending"))):
            self._wake.set()
            time.sleep(0.02)

    def _deliver_forever(self) -> None:
        while not self._ending.is_set():
            self._wake.wait(0.2)
            self._wake.clear()
            with self._store.lock:
                due = [] if self._held() else self._claim()
            for delivery in due:
                Thread(target=self._send, args=(delivery,), daemon=True).start()

    def _claim(self) -> list[Document]:
        due = self.due()[:AT_ONCE]
        for delivery in due:
            self._move(delivery, "sending")
        return [delivery | {"status": "sending"} for delivery in due]

    def _send(self, delivery: Document) -> None:
        manners, message = self._manners(), self._compose(delivery)
        if message is None:
            self._store.drop(self._heap("sending"), delivery["id"])
            return
        answer = post(message, manners.patience)
        accepted = isinstance(answer, int) and manners.accepts(answer)
        self._move(delivery | {"answer": answer}, "delivered" if accepted else "failed")
        if not accepted and delivery["attempt"] < len(manners.repeat_after):
            self._repeat(delivery, manners.repeat_after[delivery["attempt"]])
        self._wake.set()

    def _repeat(self, delivery: Document, after: float) -> None:
        """Once more, and this time on time and signed as it should be."""
        flaws = [flaw for flaw in delivery["flaws"] if flaw not in {"bad_signature", "reordered", "stale"}]
        self.schedule(delivery["event"], attempt=delivery["attempt"] + 1, after=after, flaws=flaws)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A 3xx is a failure."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))


def post(message: Message, patience: float) -> int | str:
    """The status of the answer, or why there was none."""
    request = urllib.request.Request(message.url, data=message.body, headers=message.headers, method="POST")
    try:
        with _opener.open(request, timeout=patience) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError as error:
        return type(error).__name__
