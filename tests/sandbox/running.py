"""Start the sandbox as a process of its own, and steer it."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from grocery.config.embedded import free_port, spawn, stop, wait_until


class Refused(Exception):
    """The sandbox does not do this; `status` is that of its answer."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"{status}: {said}")
        self.status = status


class Sandbox:
    """A running sandbox: where it is, and what one can make it do."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.js_url = f"{url}/js/stripe.js"
        self.momo = Momo(self)
        self.bank = Bank(self)

    # --- the customer ---------------------------------------------------------------------------------------------
    def pay(self, reference: str, card: str = "pm_card_visa") -> Any:
        """The customer gives this card for the payment; the intent, or the bank's `{"error": …}`."""
        return self.post(f"/_/play/{reference}/{card}")

    def play(self, reference: str, what: str) -> Any:
        """approve, refuse, cancel, capture, refund, fail_refund, dispute."""
        return self.post(f"/_/play/{reference}/{what}")

    def confirm_kept(self, reference: str, card: str) -> Any:
        """The customer's browser confirms with a card that is kept; the intent."""
        intent = self.intent(reference)
        form = {"client_secret": intent["client_secret"], "payment_method": card, "key": "pk_test_sandbox"}
        body = urlencode(form).encode()
        with urllib.request.urlopen(
            f"{self.url}/v1/payment_intents/{reference}/confirm", data=body, timeout=30
        ) as answer:
            return json.loads(answer.read())

    def becomes(self, card: str, token: str) -> Any:
        """The bank changes its mind about a kept card: from now on it does what that test card does."""
        return self.post(f"/_/kept/{card}/{token}")

    # --- its own state --------------------------------------------------------------------------------------------
    def intent(self, reference: str) -> Any:
        return self.get(f"/v1/payment_intents/{reference}")

    def intents(self) -> list[Any]:
        """Newest first."""
        found: list[Any] = self.get("/v1/payment_intents?limit=100")["data"]
        return found

    def objects(self, kind: str) -> list[Any]:
        """All `payment_intent`, `charge`, `refund` …, oldest first, whatever faults are waiting."""
        found: list[Any] = self.get(f"/_/objects/{kind}")
        return found

    def requests(self, operation: str) -> list[Any]:
        return [entry for entry in self.get("/_/requests") if entry["operation"] == operation]

    # --- trouble --------------------------------------------------------------------------------------------------
    def fault(
        self, operation: str, kind: str, *, times: int = 1, seconds: float = 25.0, provider: str = "stripe"
    ) -> None:
        """See `tests.sandbox.faults` for the kinds."""
        fault = {"operation": operation, "kind": kind, "times": times, "seconds": seconds}
        self.post("/_/faults", fault | {"provider": provider})

    def faults(self) -> list[Any]:
        """Those to come, of all providers."""
        return [fault for of_one in self.get("/_/faults").values() for fault in of_one]

    def clear_faults(self) -> None:
        self._ask("DELETE", "/_/faults")

    def knobs(self, **knobs: Any) -> None:
        """See `tests.sandbox.stripe.webhooks.QUIET`."""
        self.post("/_/knobs", knobs)

    def send_webhooks_to(self, url: str, *, secrets: tuple[str, ...] = ("whsec_sandbox",)) -> None:
        self.post("/_/webhooks", {"url": url, "secrets": list(secrets)})

    def speak(self, api_version: str) -> None:
        """Events in the shape of that API version from now on."""
        self.post("/_/webhooks", {"api_version": api_version})

    def take_webhooks(self, *, due: bool = False) -> list[Any]:
        """What waits to be delivered: `{"event", "url", "headers", "body"}`; it counts as delivered then.

        `due`: not what is late or to be overtaken (see `advance`).
        """
        waiting: list[Any] = self.post("/_/deliveries/take", {"due": due})
        return waiting

    def advance(self, seconds: float) -> None:
        self.post("/_/clock", {"advance": seconds})

    def forget(self) -> None:
        """Everything but where webhooks go."""
        self.post("/_/forget")

    # --- the wire -------------------------------------------------------------------------------------------------
    def get(self, path: str) -> Any:
        return self._ask("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Content-Type": "application/json", "Authorization": "Bearer sk_test_sandbox"}
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(error.code, error.read().decode(errors="replace")) from None


class Momo:
    """MoMo in a running sandbox: who plays its customers, and what it was asked and told."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.url = f"{sandbox.url}/momo"

    def play(self, order_id: str, what: str = "approve") -> Any:
        """approve, slow, approve_by_bank, insufficient, over_limit, refuse, expire, a code; let_go by MoMo itself.

        Returns the payment, and in `redirect` the address that the customer goes back to.
        """
        return self._sandbox.post(f"/_/momo/play/{order_id}/{what}")

    def fault(self, operation: str, kind: str, *, times: int = 1, seconds: float = 25.0) -> None:
        """Of `create query refund confirm pay any`: see `tests.sandbox.faults`, or a result code as kind."""
        self._sandbox.fault(operation, kind, times=times, seconds=seconds, provider="momo")

    def knobs(self, **knobs: Any) -> None:
        """See `tests.sandbox.momo.knobs.QUIET`."""
        self._sandbox.post("/_/momo/knobs", knobs)

    def take_notices(self, *, due: bool = False) -> list[Any]:
        """The IPNs that wait, as `Sandbox.take_webhooks`."""
        waiting: list[Any] = self._sandbox.post("/_/momo/notices/take", {"due": due})
        return waiting

    def payments(self) -> list[Any]:
        """Oldest first, past all faults; so are these:"""
        return self._all("payments")

    def refunds(self) -> list[Any]:
        return self._all("refunds")

    def deliveries(self) -> list[Any]:
        """Of IPNs: `{"event", "attempt", "status", "answer", …}`."""
        return self._all("deliveries")

    def requests(self, operation: str) -> list[Any]:
        return [entry for entry in self._all("requests") if entry["operation"] == operation]

    def _all(self, kind: str) -> list[Any]:
        found: list[Any] = self._sandbox.get(f"/_/momo/{kind}")
        return found


class Bank:
    """The bank in a running sandbox: who transfers, and what the shop is told."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.url = f"{sandbox.url}/bank"

    def transfer(self, amount: int, memo: str = "", **more: str) -> Any:
        """Somebody transfers; `more` is `payer payer_account memo_as bin account`. Returns what the bank booked."""
        return self._sandbox.post("/_/bank/transfers", {"amount": amount, "memo": memo, **more})

    def scan(self, qr: str, **changes: Any) -> Any:
        """Somebody scans a VietQR and transfers what it asks for, or with these changes."""
        return self._sandbox.post("/_/bank/transfers", {"qr": qr, **changes})

    def fault(self, operation: str, kind: str, *, times: int = 1, seconds: float = 25.0) -> None:
        """Of `transfer` (what is told of it) or `statement` (the answer): see `tests.sandbox.faults`."""
        self._sandbox.fault(operation, kind, times=times, seconds=seconds, provider="bank")

    def knobs(self, **knobs: Any) -> None:
        """See `tests.sandbox.bank.notices.QUIET`."""
        self._sandbox.post("/_/bank/knobs", knobs)

    def send_notices_to(self, url: str, *, secrets: tuple[str, ...] = ("bank_secret_sandbox",)) -> None:
        self._sandbox.post("/_/bank/endpoint", {"url": url, "secrets": list(secrets)})

    def take_notices(self, *, due: bool = False) -> list[Any]:
        """The notices that wait, as `Sandbox.take_webhooks`."""
        waiting: list[Any] = self._sandbox.post("/_/bank/notices/take", {"due": due})
        return waiting

    def tell_again(self, event: str) -> None:
        """Have a notice told once more, as a bank does that was not answered."""
        self._sandbox.post(f"/_/bank/notices/{event}/send", {})

    def transfers(self) -> list[Any]:
        """Oldest first, to whomever."""
        found: list[Any] = self._sandbox.get("/_/bank/transfers")
        return found

    def deliveries(self) -> list[Any]:
        """Of notices: `{"event", "attempt", "status", "answer", …}`."""
        found: list[Any] = self._sandbox.get("/_/bank/deliveries")
        return found


def confirm_form(step_client_secret: str, card: str = "pm_card_visa", key: str = "pk_test_sandbox") -> str:
    """The form body with which anybody who holds the client secret confirms a payment."""
    return urlencode({"key": key, "client_secret": step_client_secret, "payment_method": card})


@contextmanager
def running(
    log: Path, *, webhook_url: str = "", state: Path | None = None, port: int | None = None, magic: bool = False
) -> Iterator[Sandbox]:
    """A sandbox that ends with this process at the latest. `magic`: amounts may ask for faults."""
    port = port or free_port()
    command = [sys.executable, "-m", "tests.sandbox", "--port", str(port)]
    command += ["--webhook-url", webhook_url] if webhook_url else []
    command += ["--state", str(state)] if state else []
    command += ["--magic"] if magic else []
    child = spawn(command, log=log)
    sandbox = Sandbox(f"http://127.0.0.1:{port}")
    try:
        wait_until(lambda: _answers(sandbox), child=child, log=log)
        yield sandbox
    finally:
        stop(child)


def _answers(sandbox: Sandbox) -> bool:
    try:
        return bool(sandbox.get("/_/webhooks"))
    except OSError:
        return False
