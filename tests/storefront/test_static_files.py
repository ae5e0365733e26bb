"""Styles, scripts and pictures: hashed for good, within their budget, with their licences."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings

from grocery.storefront import apps

STATIC = Path(apps.__file__).parent / "static/storefront"
TEMPLATES = Path(apps.__file__).parent / "templates"
CSS = ("tokens.css", "shop.css", "pages.css")
JS = ("vendor/htmx/htmx.min.js", "shop.js")
BUDGET = 20_000


def packed(*names: str) -> int:
    """What the browser has to fetch of them, compressed one by one."""
    return sum(len(gzip.compress((STATIC / name).read_bytes())) for name in names)


def test_the_styles_are_within_their_budget():
    assert packed(*CSS) <= BUDGET


def test_the_scripts_are_within_their_budget():
    assert packed(*JS) <= BUDGET


def test_every_file_that_a_page_names_is_there_under_its_hashed_name(tmp_path: Path):
    storage = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES={**settings.STORAGES, "staticfiles": storage}):
        call_command(
            "collectstatic", interactive=False, verbosity=0, ignore_patterns=["ninja", "django_htmx", "admin"]
        )
    styles = next(tmp_path.glob("storefront/tokens.*.css")).read_text(encoding="utf-8")
    assert re.findall(r'url\("fonts/[\w-]+\.[0-9a-f]{12}\.woff2"\)', styles) != []


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_a_template_names_only_static_files_that_are_there(template: Path):
    named = re.findall(r'{% static "storefront/([^"]+)" %}', template.read_text(encoding="utf-8"))
    assert [name for name in named if not (STATIC / name).exists()] == []


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_a_template_draws_only_icons_that_are_in_the_sprite(template: Path):
    sprite = (TEMPLATES / "storefront/parts/icons.html").read_text(encoding="utf-8")
    named = re.findall(r'{% icon "(\w+)"', template.read_text(encoding="utf-8"))
    assert [name for name in named if f'id="i-{name}"' not in sprite] == []


def test_the_icon_is_there_for_those_who_ask_at_the_root():
    answer = Client().get("/favicon.ico")
    assert (answer.status_code, b"".join(cast("Iterable[bytes]", answer))[:4]) == (200, b"\0\0\1\0")


@pytest.mark.parametrize("of", ["fonts/OFL.txt", "img/food/LICENSE.txt", "vendor/htmx/LICENSE.txt"])
def test_what_is_not_ours_comes_with_its_licence(of: str):
    assert (STATIC / of).read_text(encoding="utf-8").strip() != ""


def test_static_files_are_hashed_and_compressed_outside_of_tests(settings: Any):
    from grocery.config import settings as ours

    assert ours.STORAGES["staticfiles"]["BACKEND"] == "whitenoise.storage.CompressedManifestStaticFilesStorage"
