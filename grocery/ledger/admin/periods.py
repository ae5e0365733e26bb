"""Which days, and whose books: what every page of figures asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grocery.kernel import clock
from grocery.kernel.clock import local_date
from grocery.ledger import public as ledger
from grocery.ledger.admin.asking import asker, store_names


class PeriodForm(forms.Form):
    """From a day to a day, both included; of one store, or of all with what is no store's."""

    first = forms.DateField(label=_("From day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=_("To day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    store = forms.ChoiceField(label=_("Store"), required=False)


@dataclass(frozen=True, slots=True)
class Period:
    """What was asked for. `store_id` None: all stores."""

    form: PeriodForm
    first: date
    last: date
    store_id: UUID | None

    @property
    def span(self) -> tuple[datetime, datetime]:
        return ledger.span(self.first, self.last)

    @property
    def query(self) -> str:
        """The same period in an address."""
        asked = {"first": self.first.isoformat(), "last": self.last.isoformat(), "store": self.store_id or ""}
        return urlencode(asked)


def period_of(request: HttpRequest) -> Period:
    """What the address says; what it does not say, or not in words of ours, is this month and all one may see."""
    own = asker(request).store_id
    stores = {store: name for store, name in store_names().items() if own in {None, store}}
    today = local_date(clock.now(), zone=settings.TIME_ZONE)
    said = {"first": today.replace(day=1).isoformat(), "last": today.isoformat(), "store": str(own or "")}
    form = PeriodForm(said | {name: request.GET[name] for name in said if request.GET.get(name)})
    everything = [] if own else [("", _("all stores"))]
    form.fields["store"].choices = [*everything, *((str(s), n) for s, n in stores.items())]  # type: ignore[attr-defined]  # a choice field
    if not form.is_valid():
        return Period(form, today.replace(day=1), today, own)
    chosen = form.cleaned_data["store"]
    if own and chosen != str(own):
        raise PermissionDenied
    return Period(form, form.cleaned_data["first"], form.cleaned_data["last"], UUID(chosen) if chosen else None)
