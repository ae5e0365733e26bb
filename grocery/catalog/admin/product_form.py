"""The form of a product: what staff may write down of it."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from grocery.catalog import public as catalog
from grocery.catalog.admin.rules import ChecksByRule
from grocery.catalog.models import Product
from grocery.catalog.public import Allergen, Dietary, ProductDraft
from grocery.kernel.reader import language

#: The tick that says: looked at, contains none.
_NONE: Final = "none"
#: What is shown of what is kept: sodium is worked out of salt.
_TOLD: Final = tuple(name for name in catalog.NUTRITION_VALUES if name != "sodium_mg")


def _amount(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        decimal_places=4,
        max_digits=9,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 8}),
    )


class NutritionForm(ChecksByRule):
    """What a label says of 100 g or 100 ml, or nothing of it."""

    nutrition_per = forms.ChoiceField(
        label=_("per 100"), required=False, choices=[("", "–"), ("g", "g"), ("ml", "ml")]
    )
    energy_kj = _amount(_("energy, kJ"))
    energy_kcal = _amount(_("energy, kcal"))
    fat = _amount(_("fat, g"))
    saturates = _amount(_("saturates, g"))
    carbohydrate = _amount(_("carbohydrate, g"))
    sugars = _amount(_("sugars, g"))
    fibre = _amount(_("fibre, g"))
    protein = _amount(_("protein, g"))
    salt = _amount(_("salt, g"))
    sodium_mg = _amount(_("or sodium, mg"))


class ProductForm(NutritionForm):
    dietary = forms.MultipleChoiceField(
        label=_("dietary"),
        required=False,
        choices=[(promise.value, promise.value) for promise in Dietary],
        widget=forms.CheckboxSelectMultiple,
    )

    allergens = forms.MultipleChoiceField(
        label=_("allergens"),
        required=False,
        help_text=_("Nothing ticked: not declared. Then it never stands in for what somebody can eat."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(one.value, one.called(language())) for one in Allergen]
        cast("forms.ChoiceField", self.fields["allergens"]).choices = [(_NONE, _("none of them")), *named]
        if self.instance.allergens == []:
            self.initial["allergens"] = [_NONE]
        if told := self.instance.told:
            self.initial.update({name: getattr(told, name) for name in _TOLD}, nutrition_per=told.per)

    def clean_allergens(self) -> list[str] | None:
        """None where nothing is ticked; none of them, or some."""
        ticked: list[str] = self.cleaned_data["allergens"]
        if _NONE in ticked and len(ticked) > 1:
            raise forms.ValidationError(_("Either none of them, or some."))
        return [one for one in ticked if one != _NONE] if ticked else None

    def judge(self, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            setattr(self.instance, name, value)
        values = {name: fields.get(name) for name in catalog.NUTRITION_VALUES}
        self.instance.told = catalog.nutrition_told(per=fields.get("nutrition_per") or "", values=values)
        catalog.check_product(draft=draft_of(self.instance))


def draft_of(product: Product) -> ProductDraft:
    return ProductDraft(
        sku=product.sku,
        name_en=product.name_en,
        name_vi=product.name_vi,
        category=product.category.slug,
        price=product.price,
        unit=catalog.Unit(product.unit),
        step=product.step,
        net_content=product.net_content,
        net_unit=catalog.NetUnit(product.net_unit) if product.net_unit else None,
        vat_group=product.vat_group_id or "",
        perishable=product.perishable,
        min_freshness_days=product.min_freshness_days,
        dietary=tuple(product.dietary),
        allergens=None if product.allergens is None else tuple(product.allergens),
        max_per_order=product.max_per_order,
        piece_weight=product.piece_weight,
        tags=tuple(product.tags),
        gtin=product.gtin,
        family=product.family,
        storage=catalog.Storage(product.storage) if product.storage else None,
        origin_country=product.origin_country.upper(),
        origin_region_en=product.origin_region_en,
        origin_region_vi=product.origin_region_vi,
        nutrition=product.told,
        brand=product.brand.name if product.brand else "",
        image=product.image,
        tint=product.tint,
        description_en=product.description_en,
        description_vi=product.description_vi,
        popularity=product.base_popularity,
        active=product.is_active,
        untranslated=product.untranslated,
    )
