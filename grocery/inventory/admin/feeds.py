"""Whether the feeds say what stock is: compared on demand, and repaired only as explained."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grocery.inventory import public as inventory
from grocery.inventory.admin.lists import store_names
from grocery.inventory.models import StockCheck
from grocery.kernel import clock
from grocery.kernel.idempotency import fingerprint_of
from grocery.kernel.quantity import plain

#: More than a person reads; the command lists all.
_SHOWN: Final = 200
_WRONG: Final = {
    "missing": _("is missing"),
    "older": _("is of an older version"),
    "newer": _("is of a newer version than stock"),
    "contents": _("says something else at the same version"),
}


def feed_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Ask; compare (POST `do=compare`) and explain; repair (`do=repair`) what was explained and nothing else."""
    page = {"title": _("The stock feeds"), "opts": StockCheck._meta, **context}
    if request.method == "POST":
        try:
            differences = inventory.check_feed(now=clock.now())
            if request.POST.get("do") == "repair":
                if request.POST.get("gist") == _gist(differences):
                    return _repaired(request, differences)
                messages.warning(request, _("What differs has changed since it was shown. Look again."))
            page |= _explained(differences)
        except inventory.FeedUnavailable:
            messages.error(request, _("The feed does not answer. What changes now is owed to it, nothing is lost."))
    return TemplateResponse(request, "inventory/feeds.html", page)


def _repaired(request: HttpRequest, differences: list[inventory.FeedDifference]) -> HttpResponse:
    done = inventory.repair_feed(differences=differences, now=clock.now())
    said = _("Documents written: %(written)s. Items told anew: %(told)s.")
    messages.success(request, said % {"written": done.written, "told": done.told})
    return HttpResponseRedirect(reverse("admin:inventory_feeds"))


def _explained(differences: list[inventory.FeedDifference]) -> dict[str, Any]:
    stores = store_names()
    return {
        "compared": True,
        "number": len(differences),
        "gist": _gist(differences),
        "differences": [
            {
                "sku": found.true.sku,
                "store": stores.get(found.true.location, found.true.location),
                "feed": found.feed,
                "wrong": _WRONG[found.what],
                "shown": plain(found.shown.stock) if found.shown else "–",
                "true": plain(found.true.stock),
                "remedy": _remedy(found),
            }
            for found in differences[:_SHOWN]
        ],
    }


def _remedy(found: inventory.FeedDifference) -> str:
    if found.can_be_written:
        return gettext("write the document anew")
    return gettext("give the item a higher version and tell everybody")


def _gist(differences: list[inventory.FeedDifference]) -> str:
    """Stands for what was shown, but for the quantities: those may be sold meanwhile."""
    return fingerprint_of(*sorted(f"{one.feed} {one.true.key} {one.can_be_written}" for one in differences))
