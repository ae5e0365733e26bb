"""Where goods stand: scan, say zone, aisle and shelf, go on with the next; the last place said is offered again."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grocery.inventory import public as inventory
from grocery.inventory.admin.finding import find, names_of
from grocery.inventory.admin.task_forms import LineField, TaskForm
from grocery.inventory.admin.work import Tile, Worker, page, route, task, tile
from grocery.inventory.contracts.places import FARTHEST
from grocery.inventory.models import ShelfPlace, Zones
from grocery.kernel import clock
from grocery.kernel.ids import new_id
from grocery.kernel.reader import language

#: What the last place was, in the session: the next product mostly stands beside it.
_LAST: Final = "last_place"
_SHOWN: Final = 10


class PlaceForm(TaskForm):
    """Where a product stands."""

    zone = forms.TypedChoiceField(
        label=gettext_lazy("zone"), coerce=inventory.Zone, choices=Zones.choices, widget=forms.RadioSelect
    )
    aisle = LineField(label=gettext_lazy("aisle"), max_length=12, required=False)
    shelf = LineField(label=gettext_lazy("shelf"), max_length=12, required=False)
    order = forms.IntegerField(
        label=gettext_lazy("walking order"),
        min_value=0,
        max_value=FARTHEST,
        required=False,
        help_text=gettext_lazy("Lower numbers are walked past first. Empty: as its department."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


@task()
def places(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Find a product, say where it stands."""
    looked = find(request.GET, location=worker.store)
    sku = str(looked.product.sku) if looked.product else ""
    stands = inventory.places(skus=[sku], location=worker.store)[sku] if sku else None
    form = _form(request, stands) if stands else None
    if request.method == "POST" and form and form.is_valid() and _say(request, worker, form, sku):
        return redirect("admin:inventory_places")
    return page(
        request,
        worker,
        "inventory/places.html",
        title=_("Shelf places"),
        found=looked,
        code=looked.code,
        code_error=looked.error,
        product=looked.product,
        stands=stands,
        form=form,
        said=_said(worker),
    )


def _form(request: HttpRequest, stands: inventory.Place) -> PlaceForm:
    last = request.session.get(_LAST, {})
    offered = (
        {"zone": stands.zone.value, "aisle": stands.aisle, "shelf": stands.shelf, "order": stands.order}
        if stands.said
        else {"zone": stands.zone.value} | last
    )
    return PlaceForm(request.POST or None, initial={"key": new_id()} | offered)


def _say(request: HttpRequest, worker: Worker, form: PlaceForm, sku: str) -> bool:
    """Write it down; sent twice it says the same. False: the form says why not."""
    answers = form.cleaned_data
    place = inventory.NewPlace(sku, answers["zone"], answers["aisle"], answers["shelf"], answers["order"])
    done = inventory.place_goods(location=worker.store, places=[place], now=clock.now(), by=worker.id)
    if done.refused:
        refused = done.refused[0]
        form.add_error(None, refused.vi if language() == "vi" else refused.en)
        return False
    kept = {"zone": answers["zone"].value, "aisle": answers["aisle"], "shelf": answers["shelf"]}
    request.session[_LAST] = kept | ({} if answers["order"] is None else {"order": answers["order"]})
    messages.success(request, _("Saved. Scan the next one."))
    return True


def _said(worker: Worker) -> list[dict[str, Any]]:
    """What staff of the store said last, the newest first."""
    rows = list(ShelfPlace.objects.at(worker.store).by_hand().newest_first()[:_SHOWN])
    names = names_of(row.sku for row in rows)
    return [
        {
            "sku": row.sku,
            "name": names.get(row.sku, row.sku),
            "zone": row.get_zone_display(),
            "cold": row.zone != Zones.AMBIENT,
            "aisle": row.aisle,
            "shelf": row.shelf,
            "order": row.walk,
        }
        for row in rows
    ]


tile(
    Tile(
        "admin:inventory_places",
        gettext_lazy("Shelf places"),
        "pin",
        gettext_lazy("Say where goods stand, so that pickers walk straight"),
        rank=75,
    )
)
route("places/", places, name="inventory_places")
