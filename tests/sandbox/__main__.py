"""`python -m tests.sandbox --port 8100 --webhook-url http://127.0.0.1:8000/api/v1/webhooks/stripe`"""

from __future__ import annotations

import argparse
import contextlib
import signal
import threading

from tests.sandbox.bank.admin import Admin as BankAdmin
from tests.sandbox.bank.api import Bank
from tests.sandbox.bank.pages import Pages as BankPages
from tests.sandbox.momo.admin import Admin as MomoAdmin
from tests.sandbox.momo.api import Partner
from tests.sandbox.momo.pages import Pages as MomoPages
from tests.sandbox.server import Routes, serve
from tests.sandbox.steering import Steering
from tests.sandbox.store import Store
from tests.sandbox.stripe.admin import Admin as StripeAdmin
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
    parser.add_argument("--momo-partner-code", default="MOMOSANDBOX")
    parser.add_argument("--momo-access-key", default="momo_access_sandbox")
    parser.add_argument("--momo-secret-key", default="momo_secret_sandbox")
    parser.add_argument("--bank-notice-url", default="", help="where notices of transfers go; none without it")
    parser.add_argument("--bank-notice-secret", action="append", help="signs notices; several while one is rolled")
    parser.add_argument("--bank-api-key", default="bank_key_sandbox", help="opens the statement")
    parser.add_argument("--bank-bin", default="970436")
    parser.add_argument("--bank-account", default="0123456789")
    parser.add_argument("--bank-holder", default="CONG TY GROCERY")
    parser.add_argument("--magic", action="store_true", help="amounts that end in certain digits ask for faults")
    chosen = parser.parse_args()

    store = Store(chosen.state)
    account, partner, bank = _stripe(store, chosen), _momo(store, chosen), _bank(store, chosen)
    routes = Routes()
    steering = Steering(store, {"stripe": account, "momo": partner, "bank": bank})
    of_stripe = (account, StripeAdmin(account), Browser(account))
    of_momo = (partner, MomoAdmin(partner), MomoPages(partner))
    of_bank = (bank, BankAdmin(bank), BankPages(bank))
    for part in (*of_stripe, *of_momo, *of_bank, steering):
        part.routes(routes)
    server = serve(chosen.port, routes)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(
        f"payment sandbox: http://127.0.0.1:{server.server_port}/\n{_settings(server.server_port, chosen)}",
        flush=True,
    )
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.1)


def _settings(port: int, chosen: argparse.Namespace) -> str:
    """What the shop is to be told, so that it finds all of this."""
    here = f"http://localhost:{port}"
    names = {
        "STRIPE_API_URL": here,
        "STRIPE_JS_URL": f"{here}/js/stripe.js",
        "STRIPE_SECRET_KEY": chosen.secret_key,
        "STRIPE_PUBLISHABLE_KEY": chosen.publishable_key,
        "STRIPE_WEBHOOK_SECRETS": ",".join(chosen.webhook_secret or ["whsec_sandbox"]),
        "MOMO_API_URL": f"{here}/momo",
        "MOMO_PARTNER_CODE": chosen.momo_partner_code,
        "MOMO_ACCESS_KEY": chosen.momo_access_key,
        "MOMO_SECRET_KEY": chosen.momo_secret_key,
        "BANK_API_URL": f"{here}/bank",
        "BANK_API_KEY": chosen.bank_api_key,
        "BANK_NOTICE_SECRETS": ",".join(chosen.bank_notice_secret or ["bank_secret_sandbox"]),
        "BANK_BIN": chosen.bank_bin,
        "BANK_ACCOUNT": chosen.bank_account,
        "BANK_ACCOUNT_HOLDER": chosen.bank_holder,
    }
    return "\n".join(f"  {name}={value}" for name, value in names.items())


def _stripe(store: Store, chosen: argparse.Namespace) -> Account:
    keys = {"secret_key": chosen.secret_key, "publishable_key": chosen.publishable_key}
    account = Account(store, **keys, magic=chosen.magic)
    endpoint = {"url": chosen.webhook_url} if chosen.webhook_url else {}
    secrets = {"secrets": chosen.webhook_secret} if chosen.webhook_secret else {}
    account.webhooks.configure("endpoint", endpoint | secrets)
    account.webhooks.dispatcher.start()
    return account


def _momo(store: Store, chosen: argparse.Namespace) -> Partner:
    partner = Partner(
        store,
        partner_code=chosen.momo_partner_code,
        access_key=chosen.momo_access_key,
        secret_key=chosen.momo_secret_key,
        magic=chosen.magic,
    )
    partner.start()
    return partner


def _bank(store: Store, chosen: argparse.Namespace) -> Bank:
    bank = Bank(
        store,
        api_key=chosen.bank_api_key,
        bank_bin=chosen.bank_bin,
        account=chosen.bank_account,
        holder=chosen.bank_holder,
        magic=chosen.magic,
    )
    endpoint = {"url": chosen.bank_notice_url} if chosen.bank_notice_url else {}
    secrets = {"secrets": chosen.bank_notice_secret} if chosen.bank_notice_secret else {}
    bank.notices.configure(endpoint | secrets)
    bank.notices.dispatcher.start()
    return bank


if __name__ == "__main__":
    main()
