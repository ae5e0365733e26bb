"""The shop's forms. What the domains refuse is said beside the field that it is about."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.validators import slug_re
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from grocery.accounts.public import Address, Province, Ward
from grocery.catalog.public import Allergen
from grocery.kernel import phones
from grocery.kernel.errors import DomainError


class ShopForm(forms.Form):
    """Looks like the design; the first wrong field takes the focus, with or without a script."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def is_valid(self) -> bool:
        valid = super().is_valid()
        self._focus_first_error()
        return valid

    def refuse(self, error: DomainError) -> None:
        """Say what the domain said, beside its field if it names one of ours."""
        field = error.field if error.field in self.fields else None
        self.add_error(field, error.text(get_language() or "vi"))
        self._focus_first_error()

    def _focus_first_error(self) -> None:
        for name, field in self.fields.items():
            if name in self.errors:
                field.widget.attrs["autofocus"] = True
                return


def _input(kind: str, autocomplete: str) -> forms.TextInput:
    return forms.TextInput(attrs={"type": kind, "autocomplete": autocomplete})


class SignInForm(ShopForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=_input("email", "username"))
    password = forms.CharField(
        label=_("Password"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class RegisterForm(ShopForm):
    name = forms.CharField(label=_("Your name"), max_length=200, widget=_input("text", "name"))
    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=_input("email", "email"))
    phone = forms.CharField(
        label=_("Phone"), max_length=32, widget=_input("tel", "tel"), help_text=_("For the driver, nothing else.")
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters."),
    )


class AddressForm(ShopForm):
    """An address; wards are those of the province that is chosen."""

    recipient = forms.CharField(label=_("Recipient"), max_length=200, widget=_input("text", "name"))
    phone = forms.CharField(label=_("Phone"), max_length=32, widget=_input("tel", "tel"))
    province_code = forms.ChoiceField(label=_("Province or city"))
    ward_code = forms.ChoiceField(label=_("Ward or commune"))
    street = forms.CharField(
        label=_("House number and street"), max_length=200, widget=_input("text", "street-address")
    )
    note = forms.CharField(
        label=_("Note to the driver (optional)"), max_length=200, required=False, widget=_input("text", "off")
    )

    def __init__(self, *args: Any, provinces: list[Province], wards: list[Ward], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["province_code"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (province.code, province.name) for province in provinces
        ]
        self.fields["province_code"].widget.attrs |= {
            "hx-get": reverse("storefront:wards"),
            "hx-target": "#id_ward_code",
        }
        self.fields["ward_code"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", pgettext_lazy("in the list of wards", "Choose")),
            *((ward.code, ward.name) for ward in wards),
        ]

    @staticmethod
    def values_of(address: Address) -> dict[str, str]:
        """An address that is kept, as this form shows it."""
        return {
            "recipient": address.recipient,
            "phone": phones.spoken(address.phone),
            "province_code": address.province_code,
            "ward_code": address.ward_code,
            "street": address.street,
            "note": address.note,
        }


class _Slugs(forms.MultipleChoiceField):
    """Of what there is far too much to list: whatever looks like a slug."""

    def valid_value(self, value: str) -> bool:
        return len(value) <= 80 and slug_re.fullmatch(value) is not None


#: What customers ask of their food, in the order in which they are offered.
DIETS: Final = [
    ("vegetarian", _("Vegetarian")),
    ("vegan", _("Vegan")),
    ("gluten_free", _("Gluten free")),
    ("lactose_free", _("Lactose free")),
    ("no_added_sugar", _("No added sugar")),
    ("halal", _("Halal")),
]


class FilterForm(forms.Form):
    """How a list is narrowed and ordered; anything that it does not know is left out, never an error."""

    in_stock = forms.BooleanField(label=_("In stock"), required=False)
    on_offer = forms.BooleanField(label=_("On offer"), required=False)
    category = forms.CharField(required=False, max_length=80)
    price = forms.CharField(required=False, max_length=20)
    brand = _Slugs(required=False)
    allergen_free = forms.MultipleChoiceField(required=False, choices=[(one.value, one.value) for one in Allergen])
    expires_soon = forms.BooleanField(label=_("Near expiry"), required=False)
    is_perishable = forms.BooleanField(label=_("Fresh food only"), required=False)
    dietary = forms.MultipleChoiceField(
        required=False,
        choices=DIETS,
    )
    sort = forms.ChoiceField(
        required=False,
        choices=[
            ("popular", pgettext_lazy("sort", "Popular")),
            ("price", _("Price, low")),
            ("-price", _("Price, high")),
            ("unit_price", _("Unit price, low")),
            ("fresh", _("Fresh for longest")),
            ("name", pgettext_lazy("sort", "Name")),
            ("newest", pgettext_lazy("sort", "Newest")),
        ],
    )
