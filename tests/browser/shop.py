"""A whole shop to look at, and the pages of it that a browser visits."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Browser, Page, sync_playwright

from grocery.config import messages
from grocery.config.demo import PEOPLE
from grocery.config.embedded import Postgres, Valkey, free_port, state_dir
from grocery.config.processes import Shop

ROLES = ("sandbox", "web", "relay")
#: Without Chromium's own sandbox, which containers do not allow.
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LANGUAGES = {"vi": "", "en": "/en"}
SIZES = {"phone": (390, 844), "desk": (1280, 900)}


@contextmanager
def opened(home: Path, environment: dict[str, str], *, skus: int = 400) -> Iterator[Shop]:
    """The demo shop on these servers: migrated, filled, running."""
    messages.compile_messages()
    home.mkdir(parents=True, exist_ok=True)
    shop = Shop(home, free_port(), free_port(), {"FIRESTORE_PROJECT": "", "DATABASE_POOL": "8", **environment})
    # The API's documentation page is 24 MB of source maps, which take longer to compress than all the rest to start.
    shop.manage("collectstatic", "--no-input", "--verbosity=0", "--ignore=ninja", "--ignore=django_htmx")
    shop.manage("prepare_demo", f"--skus={skus}")
    with shop.running(ROLES):
        yield shop


@contextmanager
def opened_alone(*, skus: int = 400) -> Iterator[Shop]:
    """The same on servers of its own, for scripts."""
    place = Path(tempfile.mkdtemp(prefix="browser-", dir=state_dir()))
    place.chmod(0o755)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    postgres = Postgres(place / "postgres", durable=False)
    valkey = Valkey(None, place / "valkey.log")
    try:
        with postgres.running(), valkey.running():
            servers = {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
            secrets = {"SECRET_KEY": "only to look at, only to look at", "JWT_PRIVATE_KEY": pem}
            with opened(place / "shop", {**servers, **secrets}, skus=skus) as shop:
                yield shop
    finally:
        shutil.rmtree(place, ignore_errors=True)


def database(name: str) -> dict[str, str]:
    """A database of that name on the servers of this test run, and where to find it."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return {
        "DATABASE_URL": os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}",
        "REDIS_URL": os.environ["REDIS_URL"].rsplit("/", 1)[0] + "/14",
        "SECRET_KEY": os.environ["SECRET_KEY"],
        "JWT_PRIVATE_KEY": os.environ["JWT_PRIVATE_KEY"],
    }


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def sign_in(page: Page, shop: Shop) -> None:
    """As the demo's customer."""
    email, password = PEOPLE["customer"]
    page.goto(f"{shop.url}/sign-in/")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.click("main form button")
    page.wait_for_url(f"{shop.url}/")


def put_in_cart(page: Page, url: str, count: int = 3) -> None:
    """Press the + of the first few cards of a list, and wait until each is kept."""
    page.goto(url)
    for number in range(count):
        with page.expect_response("**/cart/lines/*"):
            page.locator(".card .stepper .more").nth(number).click()


def paths(page: Page, shop: Shop) -> dict[str, str]:
    """The pages to look at, by name, as a customer with something in the cart sees them."""
    page.goto(f"{shop.url}/")
    department = page.locator(".cats a").first.get_attribute("href") or ""
    product = page.locator("#h-pop").locator("xpath=../..").locator(".card .name a").first.get_attribute("href") or ""
    return {
        "home": "/",
        "categories": "/c/",
        "list": department,
        "search": "/search/?q=sua",
        "search-empty": "/search/?q=zzzzqq",
        "product": product,
        "cart": "/cart/",
        "checkout": "/checkout/",
        "orders": "/orders/",
        "sign-in": "/sign-in/",
        "register": "/register/",
        "missing": "/nowhere/",
        "outbox": "/outbox/",
    }
