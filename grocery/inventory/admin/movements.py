"""What happened to stock: every movement; and taking one back."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from grocery.accounts import public as accounts
from grocery.inventory import public as inventory
from grocery.inventory.admin.lists import MovementStoreFilter
from grocery.inventory.models import Movement
from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly
from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import plain
from grocery.kernel.reader import language


class TakeBackForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=200)


@admin.register(Movement)
class MovementAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("at", "sku", "kind", "amount", "lot", "reason", "reference")
    list_filter = ("kind", MovementStoreFilter, ("at", admin.DateFieldListFilter))
    list_select_related = ("lot__stock_item",)
    search_fields = ("lot__stock_item__sku__startswith", "reference")
    search_help_text = _("the beginning of a SKU, or a reference")
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    list_per_page = 50
    show_full_result_count = False
    fields = readonly_fields = ("at", "sku", "kind", "amount", "lot", "reason", "reference", "takes_back")
    change_form_template = "inventory/movement.html"

    def get_urls(self) -> list[URLPattern]:
        back = path(
            "<uuid:movement>/take-back/", self.admin_site.admin_view(self.take_back), name="inventory_take_back"
        )
        return [back, *super().get_urls()]

    def take_back(self, request: HttpRequest, movement: UUID) -> HttpResponse:
        """Undo a change, and say why."""
        found, by = _theirs(request, movement)
        form = TakeBackForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                inventory.take_back(movement=movement, reason=form.cleaned_data["reason"], now=clock.now(), by=by)
                messages.success(request, _("Taken back; both movements stay to be read."))
                return HttpResponseRedirect(
                    f"{reverse('admin:inventory_movement_changelist')}?q={found.lot.stock_item.sku}"
                )
            except DomainError as error:
                form.add_error(None, _why(error))
        page = {
            "title": _("Take back"),
            "opts": self.opts,
            "original": found,
            "form": form,
            "amount": self.amount(found),
        }
        return TemplateResponse(request, "inventory/take_back.html", self.admin_site.each_context(request) | page)

    @admin.display(description=_("SKU"), ordering="lot__stock_item__sku")
    def sku(self, movement: Movement) -> str:
        return movement.lot.stock_item.sku

    @admin.display(description=_("quantity"), ordering="quantity")
    def amount(self, movement: Movement) -> str:
        return f"{'+' if movement.quantity > 0 else ''}{plain(movement.quantity)}"


def _theirs(request: HttpRequest, movement: UUID) -> tuple[Movement, UUID]:
    """The movement, if it is of a store of theirs, and who asks; 404 or 403 otherwise."""
    if not request.user.has_perm("inventory.change_movement"):
        raise PermissionDenied
    asker = accounts.principal_of_session(request.user)
    found = Movement.objects.named(movement)
    if found is None or asker.id is None or asker.store_id not in {None, found.lot.stock_item.location}:
        raise Http404
    return found, asker.id


def _why(error: DomainError) -> str:
    if isinstance(error, inventory.ChangesRefused):
        (line,) = error.lines
        return line.vi if language() == "vi" else line.en
    return error.text(language())
