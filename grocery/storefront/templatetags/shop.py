"""What the shop's templates can say beyond Django's own words."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms, template
from django.conf import settings
from django.forms import BoundField
from django.templatetags.static import static
from django.urls import translate_url
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from grocery.catalog import public as catalog
from grocery.kernel import phones
from grocery.kernel.quantity import plain
from grocery.storefront import wording

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A picture of the sprite; it says nothing that the text beside it does not."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="#i-{}"/></svg>', f" icon-{size}" if size else "", name
    )


@register.simple_tag
def picture(name: str, width: int, *, first: bool = False, lazy: bool = False) -> SafeString:
    """The product's picture on its plate; beside its name, so its alternative text is empty."""
    hint = ' fetchpriority="high"' if first else ' loading="lazy"' if lazy else ""
    if (photo := catalog.Photo.of(name)) is not None:
        return shot(photo, width, hint=hint)
    return format_html(
        '<img src="{}" alt="" width="{}" height="{}"{} decoding="async">',
        static(f"storefront/img/{name or 'food/steaming-bowl.svg'}"),
        width,
        width,
        SafeString(hint),
    )


@register.simple_tag
def gallery_picture(picture: catalog.Picture, width: int, language: str, *, first: bool = False) -> SafeString:
    """One of a product's pictures on its own page, where it says what it shows."""
    hint = ' fetchpriority="high"' if first else ' loading="lazy"'
    return shot(picture.photo, width, alt=picture.alt(language), hint=hint)


def shot(photo: catalog.Photo, width: int, *, alt: str = "", hint: str = "") -> SafeString:
    """A photo in the best format that the browser knows, as wide as its screen needs for so many of its pixels."""
    *better, usual = [(kind, _srcset(photo, kind)) for kind in catalog.KINDS]
    sources = format_html_join(
        "", '<source type="image/{}" srcset="{}" sizes="{}px">', ((kind, found, width) for kind, found in better)
    )
    return format_html(
        '<picture class="photo">{}<img src="{}" srcset="{}" sizes="{}px" alt="{}" width="{}" height="{}"{}'
        ' decoding="async"></picture>',
        sources,
        catalog.photo_address(photo, next((one for one in photo.widths if one >= width), photo.widths[-1]), usual[0]),
        usual[1],
        width,
        alt,
        width,
        max(1, round(width * photo.height / photo.width)),
        SafeString(hint),
    )


@lru_cache(maxsize=4096)
def _srcset(photo: catalog.Photo, kind: str) -> str:
    return ", ".join(f"{catalog.photo_address(photo, width, kind)} {width}w" for width in photo.widths)


@register.simple_tag
def live_stock(store_id: UUID, skus: list[str]) -> str:
    """Where a browser hears how the stock of these moves; of a very long cart the first two hundred lines."""
    query = urlencode([("store", store_id), *(("sku", sku) for sku in skus[:200])])
    return f"{settings.LIVE_URL}/live/stock?{query}"


@register.simple_tag(takes_context=True)
def this_page_in(context: dict[str, Any], language: str) -> str:
    """The address of this page in another language; of an unknown page, the home of that language."""
    request = context["request"]
    here = request.get_full_path()
    there = translate_url(here, language)
    return there if request.resolver_match else translate_url("/", language)


register.filter("items", wording.items)
register.filter("phone", phones.spoken)


@register.filter
def day(value: date | datetime) -> str:
    """`20/11`, of a moment the day in the shop's zone."""
    return wording.day(wording.local(value).date() if isinstance(value, datetime) else value)


@register.filter
def clock(value: datetime) -> str:
    """`16:40` on the shop's clock."""
    return f"{wording.local(value):%-H:%M}"


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, to loop over."""
    return text.split()


@register.filter
def field(form: forms.Form, name: str) -> BoundField:
    """One field of a form, by a name that is known only here."""
    return form[name]


@register.filter
def given_name(name: str) -> str:
    """How to greet: the last word of a Vietnamese name, `Lan` of `Nguyễn Thị Lan`."""
    return name.rsplit(maxsplit=1)[-1] if name.strip() else ""


@register.filter
def notice(level: str) -> str:
    """The kind of notice that a message of this level is."""
    return {"error": "bad", "warning": "warn", "success": "good"}.get(level, "")


register.filter("plain", plain)
