"""`python -m tests.sandbox --port 8100 --webhook-url http://127.0.0.1:8000/api/v1/webhooks/stripe`"""

from __future__ import annotations

import argparse
import contextlib
import signal
import threading

from tests.sandbox.server import Routes, serve
from tests.sandbox.store import Store
from tests.sandbox.stripe.admin import Admin
from tests.sandbox.stripe.api import Account
from tests.sandbox.stripe.browser import Browser


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox", description="Providers to try the shop against.")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--webhook-url", default="", help="where events go; none are sent without it")
    parser.add_argument("--webhook-secret", action="append", help="signs events; several while one is being rolled")
    parser.add_argument("--secret-key", default="sk_test_sandbox")
    parser.add_argument("--publishable-key", default="pk_test_sandbox")
    parser.add_argument("--state", help="a file that keeps everything between starts")
    chosen = parser.parse_args()

    account = Account(Store(chosen.state), secret_key=chosen.secret_key, publishable_key=chosen.publishable_key)
    endpoint = {"url": chosen.webhook_url} if chosen.webhook_url else {}
    secrets = {"secrets": chosen.webhook_secret} if chosen.webhook_secret else {}
    account.webhooks.configure("endpoint", endpoint | secrets)
    account.webhooks.start()

    routes = Routes()
    for part in (account, Admin(account), Browser(account)):
        part.routes(routes)
    server = serve(chosen.port, routes)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"payment sandbox: http://127.0.0.1:{server.server_port}/", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
