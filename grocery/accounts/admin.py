"""Customers, staff, signed-in devices and places, as staff see them. What changes, changes through the face."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grocery.accounts import public as accounts
from grocery.accounts.models import Address, Customer, Province, RefreshFamily, Staff, User, Ward
from grocery.accounts.models.people import ROLES
from grocery.kernel import clock, phones
from grocery.kernel.admin import ReadOnly
from grocery.kernel.principal import Principal

# A role's permissions stand in the code and are written into its group at each migration.
admin.site.unregister(Group)


def _asker(request: HttpRequest) -> Principal:
    return accounts.principal_of_session(request.user)


class SignsOut(admin.ModelAdmin):
    """The action that signs people out everywhere."""

    actions = ["end_sessions"]

    @admin.action(description=_("Sign out everywhere"), permissions=["end_sessions"])
    def end_sessions(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        people = {self.person(row) for row in chosen}
        for user_id in sorted(people):
            accounts.end_sessions(user_id=user_id, now=clock.now())
        text = ngettext("%d person has been signed out.", "%d people have been signed out.", len(people))
        messages.success(request, text % len(people))

    def has_end_sessions_permission(self, request: HttpRequest) -> bool:
        return cast("User", request.user).has_perm("accounts.change_refreshfamily")

    def person(self, row: Any) -> Any:
        return row.pk


class AddressInline(ReadOnly, admin.TabularInline):
    model = Address
    fields = ["recipient", "phone_", "street", "ward", "province", "note", "is_default"]
    readonly_fields = ["phone_", "province"]
    extra = 0

    @admin.display(description=_("phone"))
    def phone_(self, address: Address) -> SafeString:
        return phones.link(address.phone)

    @admin.display(description=_("province"))
    def province(self, address: Address) -> str:
        return address.ward.province.name

    def get_queryset(self, request: HttpRequest) -> QuerySet[Address]:
        return super().get_queryset(request).select_related("ward__province")


@admin.register(Customer)
class CustomerAdmin(SignsOut):
    list_display = ["email", "name", "phone_", "language", "is_active", "created_at"]
    list_filter = ["is_active", "language", "created_at"]
    search_fields = ["email", "name", "phone"]
    ordering = ["-id"]
    fields = ["email", "name", "phone", "language", "is_active", "created_at", "last_login"]
    readonly_fields = ["email", "created_at", "last_login"]
    inlines = [AddressInline]
    show_full_result_count = False

    @admin.display(description=_("phone"), ordering="phone")
    def phone_(self, customer: Customer) -> SafeString:
        return phones.link(customer.phone)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        accounts.update_profile(customer_id=obj.pk, name=obj.name, phone=obj.phone, language=obj.language)
        if "is_active" in form.changed_data:
            accounts.set_active(user_id=obj.pk, active=obj.is_active, by=_asker(request), now=clock.now())


class StaffForm(forms.ModelForm):
    roles = forms.MultipleChoiceField(label=_("roles"), choices=ROLES, widget=forms.CheckboxSelectMultiple)
    new_password = forms.CharField(
        label=_("new password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )

    class Meta:
        model = Staff
        fields = ["email", "name", "phone", "language", "roles", "store_id", "is_active"]

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        elif self.instance._state.adding:
            raise forms.ValidationError(_("A new member of staff needs a password."))
        return password


@admin.register(Staff)
class StaffAdmin(SignsOut):
    form = StaffForm
    list_display = ["email", "name", "role_names", "store_id", "is_active", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    fields = [*StaffForm.Meta.fields, "new_password", "created_at", "last_login"]
    readonly_fields = ["created_at", "last_login"]

    @admin.display(description=_("roles"))
    def role_names(self, member: Staff) -> str:
        names = dict(ROLES)
        return ", ".join(str(names[role]) for role in sorted(member.all_roles))

    def get_readonly_fields(self, request: HttpRequest, obj: Staff | None = None) -> list[str]:
        return [*self.readonly_fields, *(["email"] if obj else [])]

    def has_change_permission(self, request: HttpRequest, obj: Staff | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.all_roles <= accounts.grantable_roles(by=_asker(request)))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Staff | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        mine = accounts.grantable_roles(by=_asker(request))
        if "roles" in form.base_fields:
            field = cast("forms.MultipleChoiceField", form.base_fields["roles"])
            field.choices = [(role, name) for role, name in ROLES if role in mine]
        return form

    def save_model(self, request: HttpRequest, obj: Staff, form: Any, change: bool) -> None:
        roles = [accounts.Role(role) for role in obj.roles]
        password = form.cleaned_data["new_password"]
        if not change:
            obj.pk = accounts.create_staff(
                email=obj.email,
                password=password,
                name=obj.name,
                roles=roles,
                store_id=obj.store_id,
                by=_asker(request),
            ).id
        elif password:  # hashed before anything is locked
            accounts.reset_password(user_id=obj.pk, new=password, now=clock.now())
        accounts.update_profile(customer_id=obj.pk, name=obj.name, phone=obj.phone, language=obj.language)
        if change:
            accounts.update_staff(user_id=obj.pk, roles=roles, store_id=obj.store_id, by=_asker(request))
        if "is_active" in form.changed_data:
            accounts.set_active(user_id=obj.pk, active=obj.is_active, by=_asker(request), now=clock.now())


@admin.register(RefreshFamily)
class RefreshFamilyAdmin(ReadOnly, SignsOut):
    list_display = ["user_email", "created_at", "rotated_at", "rotations", "expires_at", "ended_at", "ended_because"]
    list_filter = ["ended_because", "created_at"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    ordering = ["-created_at"]
    fields = ["user", "created_at", "rotated_at", "rotations", "expires_at", "epoch", "ended_at", "ended_because"]
    show_full_result_count = False

    @admin.display(description=_("user"))
    def user_email(self, family: RefreshFamily) -> str:
        return family.user.email

    def person(self, row: RefreshFamily) -> Any:
        return row.user_id


class PlaceAdmin(ReadOnly, admin.ModelAdmin):
    list_filter = ["is_active"]
    search_fields = ["folded", "code"]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        return super().get_search_results(request, queryset, accounts.folded(search_term))


@admin.register(Province)
class ProvinceAdmin(PlaceAdmin):
    list_display = ["code", "name", "name_en", "is_active"]


@admin.register(Ward)
class WardAdmin(PlaceAdmin):
    list_display = ["code", "name", "name_en", "province", "is_active"]
    list_select_related = ["province"]
    list_filter = ["is_active", "province"]
