"""What staff fill in about an offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grocery.catalog import public as catalog
from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import Quantity, plain, quantity
from grocery.kernel.reader import language
from grocery.ordering import public as ordering
from grocery.ordering.models import Cart, Offer
from grocery.ordering.models.adjustments import KINDS

#: Windows are typed and shown on this clock.
ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
_TYPED: Final = "%Y-%m-%dT%H:%M"
_PERIODS: Final = [
    ("", "–"),
    ("day", gettext_lazy("day")),
    ("week", gettext_lazy("week")),
    ("month", gettext_lazy("month")),
]


def in_store_time(moment: datetime) -> datetime:
    return moment.astimezone(ZONE)


class Moment(forms.CharField):
    """A date and time on the store's clock."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"type": "datetime-local"}), **options)

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return datetime.strptime(text[:16], _TYPED).replace(tzinfo=ZONE)
        except ValueError as error:
            raise forms.ValidationError(_("Not a date and time.")) from error


def _whole(label: Any, *, most: int = 1_000_000_000, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=0,
        max_value=most,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


def _lines(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=40_000
    )


class OfferForm(forms.Form):
    """The terms of an offer, and a sample basket to try them on."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[(value, label) for value, label in KINDS if value != ordering.OfferKind.NEAR_EXPIRY],
    )
    name_vi = forms.CharField(label=gettext_lazy("Name in Vietnamese"), max_length=120)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=120)
    store = forms.ChoiceField(label=gettext_lazy("Store"), required=False)
    starts_at = Moment(label=gettext_lazy("Starts"))
    ends_at = Moment(label=gettext_lazy("Ends"), required=False)
    percent = _whole(gettext_lazy("Percent off"), most=100)
    price = _whole(gettext_lazy("or new price, ₫"))
    off = _whole(gettext_lazy("or amount off the basket, ₫"))
    buy = _whole(gettext_lazy("Of so many pieces"), most=100)
    pay = _whole(gettext_lazy("so many at full price"), most=100)
    from_amount = _whole(gettext_lazy("From so much, ₫"))
    skus = _lines(gettext_lazy("Products"), gettext_lazy("SKUs, with blanks or lines between them"))
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Categories"), required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )
    stackable = forms.BooleanField(label=gettext_lazy("Adds to other offers"), required=False)
    needs_coupon = forms.BooleanField(label=gettext_lazy("Only with a coupon"), required=False)
    most_uses = _whole(gettext_lazy("Uses in all"))
    most_per_customer = _whole(gettext_lazy("Uses per customer"))
    most_per_period = _whole(gettext_lazy("Uses per period"))
    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=_PERIODS, required=False)
    sample_cart = forms.ChoiceField(label=gettext_lazy("Try it on a recent cart"), required=False)
    sample_lines = _lines(gettext_lazy("or on this basket"), gettext_lazy("A SKU and a quantity on each line"))

    def __init__(self, *args: Any, stores: Mapping[str, str], carts: Iterable[Cart], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.carts = {str(cart.id): cart for cart in carts}
        self.fields["store"].choices = list(stores.items())  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["categories"].choices = _categories()  # type: ignore[attr-defined]  # a ChoiceField
        sizes = [(key, _called(cart)) for key, cart in self.carts.items()]
        self.fields["sample_cart"].choices = [("", "–"), *sizes]  # type: ignore[attr-defined]  # a ChoiceField

    def draft(self) -> ordering.OfferDraft:
        """What was filled in; zero and nothing are no limit and no amount."""
        given = self.cleaned_data
        return ordering.OfferDraft(
            kind=ordering.OfferKind(given["kind"]),
            name_vi=given["name_vi"],
            name_en=given["name_en"],
            store_id=UUID(given["store"]) if given["store"] else None,
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
            skus=tuple(dict.fromkeys(given["skus"].replace(",", " ").split())),
            categories=tuple(map(UUID, given["categories"])),
            stackable=given["stackable"],
            needs_coupon=given["needs_coupon"],
            period=given["period"],
            percent=given["percent"] or 0,
            price=given["price"] or None,
            off=given["off"] or None,
            buy=given["buy"] or 0,
            pay=given["pay"] or 0,
            from_amount=given["from_amount"] or 0,
            most_uses=given["most_uses"] or None,
            most_per_customer=given["most_per_customer"] or None,
            most_per_period=given["most_per_period"] or None,
        )

    def sample(self) -> dict[str, Quantity]:
        """The basket to try it on. Raises ValidationError into the field for what cannot be read."""
        wanted: dict[str, Quantity] = self.cleaned_data["sample"]
        return wanted

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        cart = self.carts.get(given.get("sample_cart") or "")
        given["sample"] = {line.sku: Quantity(line.quantity) for line in cart.lines.all()} if cart else {}
        try:
            typed = [line for line in given.get("sample_lines", "").splitlines() if line.strip()]
            given["sample"] |= dict(map(_sample_line, typed))
        except ValueError:
            self.add_error("sample_lines", _("A SKU and a quantity on each line."))
        return given

    def refuse(self, error: DomainError) -> None:
        name = {"store_id": "store"}.get(error.field or "", error.field)
        self.add_error(name if name in self.fields else None, error.text(language()))


def _sample_line(line: str) -> tuple[str, Quantity]:
    sku, *rest = line.replace(",", " ").split()
    amount = quantity(rest[0] if rest else 1)
    if len(rest) > 1 or not 0 < amount <= 999:
        raise ValueError(line)
    return sku, amount


def _called(cart: Cart) -> str:
    """A cart as a sample: whose it is, is nobody's business here."""
    return _("%(when)s · %(lines)s products") % {
        "when": f"{in_store_time(cart.created_at):%d/%m %H:%M}",
        "lines": len(cart.lines.all()),
    }


def _categories() -> list[tuple[str, str]]:
    """The tree, what lies below indented."""
    return [row for root in catalog.categories() for row in _branch(root, 0)]


def _branch(node: catalog.Category, depth: int) -> Iterable[tuple[str, str]]:
    yield str(node.id), "— " * depth + node.name(language())
    for child in node.children:
        yield from _branch(child, depth + 1)


def initial_of(offer: Offer) -> dict[str, Any]:
    """An offer's terms as its form shows them; the key changes with each change, so that a form is sent once."""
    last = offer.changes.first()
    return {
        "key": last.id if last else offer.id,
        "kind": offer.kind,
        "name_vi": offer.name_vi,
        "name_en": offer.name_en,
        "store": str(offer.store_id) if offer.store_id else "",
        "starts_at": in_store_time(offer.starts_at).strftime(_TYPED),
        "ends_at": in_store_time(offer.ends_at).strftime(_TYPED) if offer.ends_at else "",
        "percent": offer.percent or None,
        "price": offer.price,
        "off": offer.off,
        "buy": offer.buy or None,
        "pay": offer.pay or None,
        "from_amount": offer.from_amount or None,
        "skus": " ".join(offer.skus),
        "categories": [str(category) for category in offer.categories],
        "stackable": offer.stackable,
        "needs_coupon": offer.needs_coupon,
        "most_uses": offer.most_uses,
        "most_per_customer": offer.most_per_customer,
        "most_per_period": offer.most_per_period,
        "period": offer.period,
        "sample_lines": "\n".join(f"{sku} {plain(quantity(1))}" for sku in offer.skus[:5]),
    }


class Codes(forms.Form):
    """How many codes, and of which kind."""

    count = _whole(gettext_lazy("How many"), most=10_000, required=True)
    beginning = forms.CharField(
        label=gettext_lazy("Beginning"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("With 0 codes this itself is the one code."),
    )
    most_uses = _whole(gettext_lazy("Uses of each code"))

    def clean_most_uses(self) -> int | None:
        return self.cleaned_data["most_uses"] or None
