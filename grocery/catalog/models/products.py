"""What is sold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Count, F, Func, Q
from django.db.models.expressions import RawSQL
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from grocery.catalog.contracts import MOST_PER_ORDER, Allergen, Dietary, NetUnit, Nutrition, Storage, Tint, Unit
from grocery.catalog.models.brands import Brand
from grocery.catalog.models.places import Category
from grocery.catalog.models.vat import VatGroup
from grocery.catalog.policies import ORDER_WEIGHT, nutrition
from grocery.catalog.policies.vat import REDUCED
from grocery.kernel.ids import new_id


class ProductQuerySet(models.QuerySet["Product"]):
    def on_sale(self) -> Self:
        return self.filter(is_active=True)

    def meant_by(self, typed: str) -> Self:
        """Products that staff may mean: words of a name, with or without marks, the last one begun; SKU; GTIN."""
        words = RawSQL(
            '"catalog_product".search_folded @@ public.catalog_folded_query(%s, true)',
            [typed],
            output_field=models.BooleanField(),
        )
        return self.filter(
            Q(words)
            | Q(sku__startswith=typed)
            | Q(sku__startswith=typed.upper())
            | Q(gtin=typed.zfill(14))
            | Q(family=typed.lower()) & ~Q(family="")
        )

    def count_by_category(self) -> dict[object, int]:
        """How many are on sale directly in each category."""
        return dict(self.on_sale().order_by().values_list("category_id").annotate(Count("sku")))

    def packs_beside(self, product: Product) -> Self:
        """The other packs of its family."""
        return self.filter(family=product.family).exclude(pk=product.pk).order_by("net_content", "sku")

    def of_brand(self, slug: str) -> list[str]:
        """The SKUs that bear this brand."""
        return list(self.filter(brand_id=slug).values_list("sku", flat=True))

    def holder_of_gtin(self, gtin: str) -> str | None:
        """The SKU that this GTIN names."""
        return self.filter(gtin=gtin).values_list("sku", flat=True).first()

    def locked(self, skus: Iterable[str]) -> Self:
        return self.select_for_update(no_key=True).filter(sku__in=set(skus)).order_by("sku")


class Product(models.Model):
    sku = models.CharField(_("SKU"), max_length=64, primary_key=True)
    name_en = models.CharField(_("English name"), max_length=200)
    name_vi = models.CharField(_("Vietnamese name"), max_length=200)
    untranslated = models.CharField(
        _("not yet translated into"),
        max_length=2,
        blank=True,
        default="",
        choices=[("en", _("English")), ("vi", _("Vietnamese"))],
    )
    description_en = models.TextField(_("English description"), blank=True, default="")
    description_vi = models.TextField(_("Vietnamese description"), blank=True, default="")
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        related_name="products",
        verbose_name=_("category"),
        db_index=False,  # the list indexes below begin with it
    )
    brand = models.ForeignKey(
        Brand,
        models.PROTECT,
        related_name="products",
        verbose_name=_("brand"),
        null=True,
        blank=True,
        db_constraint=False,  # the one of migration 0009 is over slug and name
        db_index=False,
    )
    #: What the brand is called, so that lists and search columns need not ask; renamed by PostgreSQL with the brand.
    brand_name = models.CharField(max_length=60, null=True, editable=False)
    price = models.BigIntegerField(_("price, ₫"), null=True, blank=True, help_text=_("per unit, VAT included"))
    vat_group = models.ForeignKey(
        VatGroup, models.PROTECT, related_name="products", verbose_name=_("VAT"), default=REDUCED, db_index=False
    )
    unit = models.CharField(_("unit"), max_length=5, choices=[(u.value, u.value) for u in Unit], default=Unit.PIECE)
    step = models.DecimalField(_("step"), max_digits=12, decimal_places=3, default=1)
    net_content = models.DecimalField(_("net content"), max_digits=12, decimal_places=3, null=True, blank=True)
    net_unit = models.CharField(
        _("net unit"), max_length=5, blank=True, default="", choices=[(u.value, u.value) for u in NetUnit]
    )
    gtin = models.CharField("GTIN", max_length=14, blank=True, default="")
    perishable = models.BooleanField(_("perishable"), default=False)
    min_freshness_days = models.PositiveSmallIntegerField(_("days fresh at the door"), null=True, blank=True)
    dietary = ArrayField(models.CharField(max_length=24), default=list, blank=True, verbose_name=_("dietary"))
    allergens = ArrayField(
        models.CharField(max_length=12),
        null=True,
        blank=True,
        verbose_name=_("allergens"),
        help_text=_("empty: unknown"),
    )
    max_per_order = models.DecimalField(
        _("at most per order"), max_digits=12, decimal_places=3, default=MOST_PER_ORDER, db_default=MOST_PER_ORDER
    )
    piece_weight = models.DecimalField(
        _("weight of a piece"),
        max_digits=12,
        decimal_places=3,
        null=True,
        blank=True,
        help_text=_("kg or l, about; then it is ordered by the piece and paid by weight"),
    )
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("tags"))
    family = models.CharField(
        _("family"), max_length=40, blank=True, default="", help_text=_("one code for all packs of the same thing")
    )
    storage = models.CharField(
        _("storage"), max_length=8, blank=True, default="", choices=[(s.value, s.value) for s in Storage]
    )
    origin_country = models.CharField(
        _("country of origin"), max_length=2, blank=True, default="", help_text=_("two letters, such as VN")
    )
    origin_region_en = models.CharField(_("region, English"), max_length=80, blank=True, default="")
    origin_region_vi = models.CharField(_("region, Vietnamese"), max_length=80, blank=True, default="")
    nutrition = models.JSONField(_("nutrition"), null=True, editable=False)
    image = models.CharField(_("drawn picture"), max_length=200, blank=True, default="")
    #: The first of its own pictures, all of it in one word (`contracts.pictures.Photo`): lists ask no other table.
    photo = models.CharField(max_length=60, blank=True, default="", db_default="", editable=False)
    tint = models.CharField(
        _("plate"), max_length=8, blank=True, default="", choices=[(t.value, t.value) for t in Tint]
    )
    is_active = models.BooleanField(_("on sale"), default=True)
    base_popularity = models.PositiveIntegerField(_("popularity given by us"), default=0)
    sold_7d = models.PositiveIntegerField(_("orders in seven days"), default=0, editable=False)
    popularity = models.GeneratedField(
        verbose_name=_("popularity"),
        expression=F("base_popularity") + F("sold_7d") * ORDER_WEIGHT,
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    unit_price = models.GeneratedField(
        verbose_name=_("unit price, ₫"),
        expression=Func(
            "price",
            "unit",
            "net_content",
            "net_unit",
            function="public.catalog_unit_price",  # as `policies.unit_price`
        ),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
    )
    created_at = models.DateTimeField(_("since"), db_default=models.functions.Now(), editable=False)
    changed_at = models.DateTimeField(_("changed"), db_default=models.functions.Now(), editable=False)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(
                condition=Q(sku__regex=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"), name="product_sku_shape"
            ),
            models.CheckConstraint(condition=Q(price__gt=0) | Q(price=None), name="product_price_positive"),
            models.CheckConstraint(condition=Q(is_active=False) | ~Q(price=None), name="product_on_sale_is_priced"),
            models.CheckConstraint(condition=Q(unit__in=[u.value for u in Unit]), name="product_unit_known"),
            models.CheckConstraint(condition=Q(step__gt=0), name="product_step_positive"),
            models.CheckConstraint(
                condition=Q(net_content=None, net_unit="")
                | Q(net_content__gt=0, net_unit__in=[u.value for u in NetUnit]),
                name="product_net_content_has_unit",
            ),
            models.CheckConstraint(condition=Q(gtin="") | Q(gtin__regex=r"^\d{14}$"), name="product_gtin_shape"),
            models.CheckConstraint(
                condition=Q(perishable=False, min_freshness_days=None)
                | Q(perishable=True, min_freshness_days__isnull=False),
                name="product_perishable_has_promise",
            ),
            models.CheckConstraint(
                condition=Q(dietary__contained_by=[d.value for d in Dietary]), name="product_dietary_known"
            ),
            models.CheckConstraint(
                condition=Q(allergens=None) | Q(allergens__contained_by=[a.value for a in Allergen]),
                name="product_allergens_known",
            ),
            models.CheckConstraint(
                condition=Q(max_per_order__gt=0, max_per_order__lte=MOST_PER_ORDER), name="product_order_limit"
            ),
            models.CheckConstraint(
                condition=Q(piece_weight=None) | Q(piece_weight__gt=0, step=F("piece_weight"), unit__in=["kg", "l"]),
                name="product_step_is_a_piece",
            ),
            models.CheckConstraint(condition=Q(tint__in=["", *(t.value for t in Tint)]), name="product_tint_known"),
            models.CheckConstraint(
                condition=Q(storage__in=["", *(s.value for s in Storage)]), name="product_storage_known"
            ),
            models.CheckConstraint(
                condition=Q(origin_country__regex="^[A-Z]{2}$")
                | Q(origin_country="", origin_region_en="", origin_region_vi=""),
                name="product_region_has_country",
            ),
            models.UniqueConstraint(fields=["gtin"], condition=~Q(gtin=""), name="product_gtin_unique"),
        ]
        # Each list order walks one index and stops at the page's end, for all goods and for one category.
        indexes = [
            models.Index(fields=["-popularity", "sku"], condition=Q(is_active=True), name="product_popular"),
            models.Index(
                fields=["category", "-popularity", "sku"],
                condition=Q(is_active=True),
                name="product_cat_popular",
            ),
            models.Index(fields=["price", "sku"], condition=Q(is_active=True), name="product_price"),
            models.Index(fields=["category", "price", "sku"], condition=Q(is_active=True), name="product_cat_price"),
            models.Index(fields=["unit_price", "sku"], condition=Q(is_active=True), name="product_unit_price"),
            models.Index(
                fields=["category", "unit_price", "sku"], condition=Q(is_active=True), name="product_cat_unit_price"
            ),
            models.Index(fields=["name_vi", "sku"], condition=Q(is_active=True), name="product_name_vi"),
            models.Index(fields=["name_en", "sku"], condition=Q(is_active=True), name="product_name_en"),
            models.Index(fields=["-created_at", "sku"], condition=Q(is_active=True), name="product_newest"),
            models.Index(fields=["brand", "brand_name"], condition=~Q(brand=None), name="product_of_brand"),
            models.Index(
                fields=["category", "-created_at", "sku"], condition=Q(is_active=True), name="product_cat_newest"
            ),
            models.Index(fields=["family"], condition=~Q(family=""), name="product_of_family"),
            GinIndex(fields=["dietary", "tags"], name="product_labels"),
        ]

    def __str__(self) -> str:
        return f"{self.name_vi} ({self.sku})"

    @cached_property
    def told(self) -> Nutrition | None:
        """What its label says of nutrition; a form that asks for it puts the answer here."""
        return nutrition.read(self.nutrition)


class PriceChange(models.Model):
    """One change of one price. Written with the change, never altered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="price_changes", verbose_name=_("product"))
    old = models.BigIntegerField(_("old price, ₫"), null=True)
    new = models.BigIntegerField(_("new price, ₫"), null=True)
    by = models.UUIDField(_("by"), null=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("price change")
        verbose_name_plural = _("price changes")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["product", "-at"], name="pricechange_of_product")]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.old} → {self.new}"
