"""The company that an invoice is to be made out to: at checkout, and on the order's page until it is packed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from grocery.kernel.errors import DomainError
from grocery.ordering import public as ordering
from grocery.storefront.forms import ShopForm


class BuyerForm(ShopForm):
    """The company that the invoice is to be made out to."""

    #: At checkout the fields are out of sight until a company is wanted; no browser may insist on what nobody sees.
    use_required_attribute = False

    tax_code = forms.CharField(
        label=_("Tax code (MST)"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    company = forms.CharField(
        label=_("Company"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    address = forms.CharField(
        label=_("Company address"),
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail for the invoice"),
        max_length=254,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"}),
    )

    def clean(self) -> dict[str, Any]:
        """What the books would refuse is said here, beside its field."""
        said = super().clean() or {}
        if not self.errors:
            try:
                return asdict(ordering.checked_buyer(ordering.Buyer(**said)))
            except DomainError as error:
                self.refuse(error)
        return said

    def buyer(self) -> ordering.Buyer:
        """What is to be written down, of a valid form."""
        return ordering.Buyer(**self.cleaned_data)


def known(buyer: ordering.Buyer | None, customer_id: UUID) -> dict[str, str]:
    """That company, or the one that the customer named last."""
    buyer = buyer or ordering.last_buyer_of(customer_id=customer_id)
    return asdict(buyer) if buyer else {}


def typed(posted: QueryDict) -> dict[str, str] | None:
    """What was typed at checkout; None: no company is wanted."""
    if "for_company" not in posted:
        return None
    return {name: str(posted.get(name, ""))[:400] for name in BuyerForm.base_fields}
