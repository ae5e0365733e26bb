"""The dictionary of search as staff keep it: which words mean the same, what they find, and who changed them."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grocery.catalog import public as catalog
from grocery.catalog.admin.rules import ChecksByRule, NeverDeleted
from grocery.catalog.models import TermChange, TermGroup
from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly

_FIELDS = ("vi", "en", "common", "typed")


class Lines(forms.CharField):
    """One term on each line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 4, "cols": 30}), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return [line for line in super().clean(value).splitlines() if line.strip()]


class TermGroupForm(ChecksByRule):
    vi = Lines(label=gettext_lazy("Vietnamese"), help_text=gettext_lazy("One term on each line."))
    en = Lines(label=gettext_lazy("English"))
    common = Lines(label=gettext_lazy("the same in both languages"))
    typed = Lines(
        label=gettext_lazy("only typed"),
        help_text=gettext_lazy(
            "Brands used as words, and broad words: who types them finds the group, not the reverse."
        ),
    )

    def judge(self, fields: dict[str, Any]) -> None:
        catalog.check_search_terms(terms=_terms(fields))


class TermChanges(ReadOnly, admin.TabularInline):
    model = TermChange
    fields = ["at", "old", "new", "by"]
    extra = 0


@admin.register(TermGroup)
class TermGroupAdmin(NeverDeleted, admin.ModelAdmin):
    """A group is switched off, not deleted: the house's own would come back with the next release."""

    form = TermGroupForm
    list_display = ["__str__", "is_active", "changed_at"]
    list_filter = ["is_active", ("changed_at", admin.EmptyFieldListFilter)]
    list_per_page = 50
    search_fields = ["key"]
    search_help_text = gettext_lazy("part of a term, with or without marks")
    fields = [*_FIELDS, "is_active", "meant"]
    readonly_fields = ["meant"]
    inlines = [TermChanges]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[TermGroup], search_term: str
    ) -> tuple[QuerySet[TermGroup], bool]:
        typed = search_term.replace("\x00", "").strip()
        return (queryset & TermGroup.objects.saying(typed) if typed else queryset), False

    @admin.display(description=gettext_lazy("what is looked for now"))
    def meant(self, group: TermGroup) -> SafeString | str:
        """Each term, and what a search for it looks for beside it."""
        if group._state.adding:
            return "–"
        rows = ((term, _also(term)) for term in group.terms.every())
        return format_html_join("", "<div><b>{}</b> → {}</div>", rows)

    def save_model(self, request: HttpRequest, obj: TermGroup, form: Any, change: bool) -> None:
        terms = _terms(form.cleaned_data)
        obj.pk = catalog.save_search_terms(
            group_id=obj.pk if change else None,
            terms=terms,
            active=obj.is_active,
            by=cast("UUID", request.user.pk),
            now=clock.now(),
        )
        obj._state.adding = False
        for other in catalog.search_terms_elsewhere(terms=terms, group_id=obj.pk):
            said = _("“%(term)s” is in another group, too: %(group)s. Whoever types it means both.")
            messages.warning(request, said % {"term": other.text, "group": ", ".join(other.group.every())})


def _terms(fields: dict[str, Any]) -> catalog.SearchTerms:
    return catalog.SearchTerms(**{name: tuple(fields.get(name) or ()) for name in _FIELDS})


def _also(term: str) -> str:
    segments = catalog.search_meanings(typed=term)
    return ", ".join(other.text for segment in segments for other in segment.alternatives) or "–"
