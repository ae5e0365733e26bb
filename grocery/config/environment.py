"""Configuration comes from environment variables, typed, checked at start, named in every complaint.

A secret may also be given as `NAME_FILE`, the path of a file that holds it (Docker and Kubernetes secrets).
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from grocery.payments.policies.routes import routes

Words = Annotated[tuple[str, ...], NoDecode]
Methods = Annotated[tuple[Literal["card", "momo", "bank_transfer", "cash_on_delivery"], ...], NoDecode]


class Environment(BaseSettings):
    """Every setting that differs between deployments. Names here are the variables' names, in lower case."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    # the site
    secret_key: SecretStr = Field(min_length=32)
    debug: bool = False
    allowed_hosts: Words = ()
    public_url: str = Field(default="https://localhost", pattern=r"^https?://[^/]+$")
    trust_proxy: bool = False
    restore_epoch: int = Field(default=0, ge=0, le=25)

    # data
    database_url: SecretStr
    database_pool: int = Field(default=8, ge=0, le=200)
    #: Off behind a pooler that shares connections between transactions and does not keep prepared statements.
    database_prepared: bool = True
    redis_url: SecretStr
    static_root: Path | None = None
    state_dir: Path = Path("/tmp/grocery")  # noqa: S108 - a default for scratch files, never for secrets

    # files: in buckets of an S3-compatible store, else below STATE_DIR; its keys as every client of S3 reads them
    pictures_bucket: str = ""
    #: Photos of staff and originals of pictures, for nobody's browser.
    files_bucket: str = ""
    s3_endpoint: str = Field(default="", pattern=r"^(https?://[^/]+)?$")
    s3_region: str = ""
    #: Where browsers find pictures, if not on the site itself: a CDN, the bucket's own address.
    pictures_url: str = Field(default="/pictures/", pattern=r"^(/pictures/|https?://\S+/)$")

    # sign-in: RSA or EC private key in PEM; public halves of earlier keys stay published for a while
    jwt_private_key: SecretStr
    jwt_previous_public_keys: str = ""
    access_token_minutes: int = Field(default=10, ge=1, le=60)
    refresh_token_days: int = Field(default=30, ge=1, le=365)
    #: From one network address for one account; ten times that for all accounts, or from everywhere for one.
    sign_in_tries_per_minute: int = Field(default=10, ge=1)

    # stock feed: Firestore where a project is named, otherwise Valkey and our own endpoint
    firestore_project: str = ""
    firestore_emulator_host: str = ""
    #: Where browsers find `/live/stock`, if not on the site itself.
    live_url: str = Field(default="", pattern=r"^(https?://[^/]+)?$")
    live_streams: int = Field(default=5000, ge=1)
    #: From one network address; whole quarters share one behind a carrier's NAT.
    live_streams_per_address: int = Field(default=500, ge=1)

    # counting stock: when a lot is counted again; when somebody else approves the whole (percent, or đồng)
    count_again_percent: int = Field(default=10, ge=0, le=1000)
    count_approval_percent: int = Field(default=5, ge=0, le=1000)
    count_approval_value: int = Field(default=500_000, ge=0)

    #: A lot expires soon when it has so many days left beyond the freshness that its product promises.
    expires_soon_days: int = Field(default=3, ge=0, le=60)

    # payments
    #: How customers may pay, and who takes what is not handed over.
    payment_methods: Methods = ("card", "cash_on_delivery")
    #: `acme@500000-5000000?acme_cards, stripe`: acme from and up to these amounts while that switch is on.
    card_provider: str = "stripe"
    stripe_secret_key: SecretStr = SecretStr("")
    stripe_publishable_key: str = ""
    stripe_webhook_secrets: Words = ()
    stripe_api_url: str = "https://api.stripe.com"
    stripe_js_url: str = "https://js.stripe.com/v3/"
    #: The account that bank transfers go to, and whose notices of them are believed.
    bank_bin: str = Field(default="", pattern=r"^(\d{6})?$")
    bank_account: str = Field(default="", pattern=r"^[A-Za-z0-9]{0,19}$")
    bank_account_holder: str = Field(default="", max_length=100)
    bank_notice_secrets: Words = ()
    momo_api_url: str = Field(default="https://payment.momo.vn", pattern=r"^https?://\S+$")
    momo_partner_code: str = ""
    momo_access_key: SecretStr = SecretStr("")
    momo_secret_key: SecretStr = SecretStr("")
    payment_window_minutes: int = Field(default=15, ge=1, le=1440)

    # selling: the least that the goods of an order come to, in đồng
    minimum_order: int = Field(default=0, ge=0)
    # how long a customer has to answer about a substitute, and what is done without an answer
    substitution_answer_minutes: int = Field(default=10, ge=1, le=240)
    substitution_default: Literal["replace", "leave_out"] = "replace"

    # for so many hours after delivery goods may be returned, by how they are kept
    return_hours_ambient: int = Field(default=168, ge=0, le=8760)
    return_hours_chilled: int = Field(default=24, ge=0, le=8760)
    return_hours_frozen: int = Field(default=24, ge=0, le=8760)
    # for so long staff may take a decision on a return back; then the money goes out
    return_undo_minutes: int = Field(default=5, ge=0, le=1440)
    # whether the delivery fee goes back when nobody was at home and the order is given up
    undelivered_fee_back: bool = False
    # above so much a refund that staff decide waits for a second person; so do all of theirs beyond these sums a day
    refund_four_eyes: int = Field(default=500_000, ge=0)
    refund_day_person: int = Field(default=2_000_000, ge=0)
    refund_day_store: int = Field(default=20_000_000, ge=0)
    # days after which cash that was taken to the bank, and that the bank has not booked, is asked for
    deposit_seen_days: int = Field(default=3, ge=0, le=30)
    # days after which an order that is not paid to the đồng is looked into by an accountant
    ledger_open_days: int = Field(default=5, ge=0, le=90)

    # electronic invoices: who issues them ("" nobody: they are prepared and wait), and whose they are
    invoice_provider: Literal["", "files"] = ""
    invoice_folder: Path = Path("invoices")
    #: The first letters of our own numbers; the year follows.
    invoice_series: str = Field(default="HD", pattern=r"^[A-Z]{1,6}$")
    #: They are sent so many hours after the order was packed; an accountant decides when they are due.
    invoice_delay_hours: int = Field(default=0, ge=0, le=240)
    seller_name: str = Field(default="", max_length=200)
    seller_tax_code: str = Field(default="", max_length=14)
    seller_address: str = Field(default="", max_length=400)

    #: How the shop's own bar codes with a weight are laid out, see grocery/inventory/policies/shop_codes.py.
    weight_barcodes: Words = ("2?IIIIIWWWWWC",)

    # picking: how long before its slot an order should be begun, how many one picker takes along at most
    picking_lead_minutes: int = Field(default=90, ge=0, le=1440)
    picking_wave_orders: int = Field(default=6, ge=1, le=26)

    # telling people
    mail_from: str = "Grocery <hello@localhost>"
    mail_host: str = ""
    mail_port: int = 587
    mail_user: str = ""
    mail_password: SecretStr = SecretStr("")
    #: Keep mail in this folder, readable at /outbox/, instead of sending it.
    mail_outbox: Path | None = None

    #: Staff read times in it; customers in that of the store.
    time_zone: str = "Asia/Ho_Chi_Minh"

    # seeing
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    sentry_dsn: SecretStr = SecretStr("")
    #: Lets a scraper from elsewhere read /metrics; neighbours (loopback, private addresses) need none.
    metrics_token: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _buckets_are_two(self) -> Environment:
        """The private one is not to be forgotten, nor to be the public one."""
        if bool(self.pictures_bucket) != bool(self.files_bucket) or (
            self.pictures_bucket and self.pictures_bucket == self.files_bucket
        ):
            raise ValueError("PICTURES_BUCKET (public) and FILES_BUCKET (private) are set together and differ")
        if self.pictures_bucket and self.pictures_url.startswith("/"):
            raise ValueError("PICTURES_BUCKET needs PICTURES_URL, where browsers find what is in it")
        return self

    @model_validator(mode="after")
    def _sent_to_somebody(self) -> Environment:
        """Nobody is asked to send money to nowhere."""
        account = {"BANK_BIN": self.bank_bin, "BANK_ACCOUNT": self.bank_account}
        account |= {"BANK_ACCOUNT_HOLDER": self.bank_account_holder}
        missing = [name for name, value in account.items() if not value]
        if "bank_transfer" in self.payment_methods and missing:
            raise ValueError(f"PAYMENT_METHODS offers bank_transfer, which needs {', '.join(missing)}")
        return self

    @field_validator(
        *("allowed_hosts", "payment_methods", "stripe_webhook_secrets", "bank_notice_secrets", "weight_barcodes"),
        mode="before",
    )
    @classmethod
    def _comma_separated(cls, value: Any) -> Any:
        return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value

    @field_validator("weight_barcodes")
    @classmethod
    def _laid_out(cls, value: Words) -> Words:
        for layout in value:
            if len(layout) != 13 or not re.fullmatch(r"2[\d?]I{3,6}X?W{4,6}C", layout):
                raise ValueError(f"not the layout of a bar code with a weight, such as 2?IIIIIWWWWWC: {layout}")
        return value

    @model_validator(mode="after")
    def _wallets_are_set_up(self) -> Self:
        named = (self.momo_partner_code, self.momo_access_key, self.momo_secret_key)
        if "momo" in self.payment_methods and not all(named):
            raise ValueError(
                "PAYMENT_METHODS offers momo: MOMO_PARTNER_CODE, MOMO_ACCESS_KEY and MOMO_SECRET_KEY are missing"
            )
        return self

    @field_validator("card_provider")
    @classmethod
    def _each_goes_somewhere(cls, value: str) -> str:
        routes(value)
        return value

    @field_validator("time_zone")
    @classmethod
    def _a_known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("not a time zone of the IANA database, such as Asia/Ho_Chi_Minh")
        return value


def read() -> Environment:
    """The environment, or an end with one line for each variable that is missing or wrong."""
    for name in [name for name in os.environ if name.endswith("_FILE") and name[:-5].lower() in _secrets()]:
        os.environ.setdefault(name[:-5], Path(os.environ[name]).read_text(encoding="utf-8").strip())
    try:
        return Environment()
    except ValidationError as error:
        lines = [_complaint(e["loc"], e["msg"]) for e in error.errors(include_input=False)]
        sys.exit("Cannot start, the environment is not right:\n" + "\n".join(lines))


def _complaint(variable: tuple[int | str, ...], what: str) -> str:
    """What is wrong with a variable or, where none is named, with several together."""
    name = ".".join(map(str, variable)).upper()
    return f"  {name}: {what}" if name else f"  {what.removeprefix('Value error, ')}"


def _secrets() -> set[str]:
    return {name for name, field in Environment.model_fields.items() if field.annotation is SecretStr} | {
        *("stripe_webhook_secrets", "bank_notice_secrets")
    }
