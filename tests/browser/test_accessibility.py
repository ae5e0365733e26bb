"""axe finds nothing on any page, in either language, light or dark, on a phone or at a desk."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from grocery.config.processes import Shop
from tests.browser.shop import LANGUAGES, SIZES

PAGES = (
    "home",
    "categories",
    "list",
    "search",
    "search-empty",
    "product",
    "cart",
    "checkout",
    "pay",
    "order",
    "orders",
    "sign-in",
    "register",
    "missing",
    "outbox",
)
#: The provider's own form lies in a frame of its own, which is not ours to mend.
OURS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "iframes": False,
    "resultTypes": ["violations"],
}


#: In the dark nothing but colour is another.
COLOUR = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "iframes": False,
    "resultTypes": ["violations"],
}


#: The fifth card of a list is made as the first four are.
WITHOUT_REPEATS = {"exclude": [[".grid > li:nth-child(n + 5)"], [".rail > li:nth-child(n + 5)"], ["option"]]}


#: A sheet that becomes a column has to arrive first.
SETTLED = """async () => {
  await Promise.allSettled(document.getAnimations().map(animation => animation.finished));
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


#: A fifth of its time would go into describing what is right.
BRIEFLY = {"reporter": "no-passes", "selectors": False}


def violations(page: Page, rules: dict[str, object]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    run = "([where, how]) => axe.run(where, how).then(found => found.violations)"
    found = page.evaluate(run, [WITHOUT_REPEATS, {**rules, **BRIEFLY}])
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


#: How each page is looked at. A language changes words alone, the dark colours alone: neither is crossed with all.
LOOKS = {
    "vi": (("light", "phone", OURS), ("dark", "phone", COLOUR), ("dark", "desk", COLOUR)),
    "en": (("light", "desk", OURS),),
}


def faults_of(page: Page, language: str) -> dict[str, list[str]]:
    """What axe finds on the page that is shown, by how it was looked at."""
    found = {}
    for theme, size, rules in LOOKS[language]:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of two words
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(SETTLED)
        if seen := violations(page, rules):
            found[f"{size} {theme}"] = seen
    return found


#: What makes the page wider than the narrowest phone, in its own words.
_BEYOND = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth)
    .map(one => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 60)}`)"""


def beyond(page: Page) -> list[str]:
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate(SETTLED)
    found: list[str] = page.evaluate(_BEYOND)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_the_narrowest_phone_is_wide_enough(
    shop: Shop, customers: tuple[BrowserContext, dict[str, str]], name: str, language: str
):
    context, pages = customers
    page = context.new_page()
    page.goto(shop.url + LANGUAGES[language] + pages[name])
    found = faults_of(page, language), beyond(page)
    page.close()
    assert found == ({}, [])
