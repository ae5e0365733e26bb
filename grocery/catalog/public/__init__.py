"""The face of the catalogue: stores, the category tree, products, lists and search.

Everything that others import is here. Names come in both languages, the caller picks. Prices are `Money` with
VAT for one unit; quantities are exact decimals of that unit. Lists show what the stockroom last said
(`in_stock`, `earliest_expiry`); checkout asks the stockroom itself. Inside a transaction nothing is cached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from uuid import UUID

from grocery.catalog.contracts import (
    EVERYTHING,
    MOST_PER_ORDER,
    VAT_OF_DELIVERY,
    Allergen,
    BadCursor,
    BrandHits,
    Category,
    CategoryHits,
    CategoryId,
    Choice,
    Dietary,
    Facets,
    Filters,
    GtinTaken,
    ImportProgress,
    MissingFile,
    NetUnit,
    PriceBand,
    ProductCard,
    ProductDetail,
    ProductDraft,
    ProductOnSale,
    ProductPage,
    Sku,
    Sort,
    Store,
    StoreId,
    Suggestions,
    Tint,
    Unit,
    UnknownProfile,
    WouldLoop,
    WrongHeader,
)
from grocery.catalog.public.brands import Brand, BrandTaken, check_brand, save_brand
from grocery.catalog.public.browsing import cards, facets, list_products, popular, similar, suggest
from grocery.catalog.public.imports import (
    LARGEST_UPLOAD,
    Difference,
    ExportForm,
    FileTooLarge,
    ImportFailed,
    ImportId,
    ImportJob,
    ImportState,
    LineKind,
    NotATable,
    NotInThatState,
    continue_import,
    export_products,
    forget_old_imports,
    generate_demo_catalogue,
    import_differences,
    import_job,
    import_jobs,
    import_products,
    import_profiles,
    import_rejects,
    start_import,
    stop_import,
    work_on_imports,
)
from grocery.catalog.public.labels import NUTRITION_VALUES, Nutrition, Origin, Storage, nutrition_told
from grocery.catalog.public.pictures import (
    KINDS,
    MOST_PICTURES,
    NewPicture,
    Photo,
    Picture,
    PictureChange,
    TooManyPictures,
    add_picture,
    change_picture,
    check_picture,
    draw_pictures,
    photo_address,
    remove_picture,
    sweep_pictures,
)
from grocery.catalog.public.prices import (
    PlannedPriceId,
    PriceAlreadyPlanned,
    PriceIsDue,
    apply_due_prices,
    check_planned_price,
    plan_price,
    take_back_price,
)
from grocery.catalog.public.stores import default_store, save_store, store, stores
from grocery.catalog.public.terms import (
    SearchTerms,
    Segment,
    TermsElsewhere,
    check_search_terms,
    save_search_terms,
    search_meanings,
    search_terms_elsewhere,
)
from grocery.catalog.public.together import details, similar_to_each
from grocery.catalog.public.vat import check_vat_rate, set_vat_rate, vat_rate, vat_rates
from grocery.catalog.services import categories as _categories
from grocery.catalog.services import hear as _hear
from grocery.catalog.services import list_products as _lists
from grocery.catalog.services import save_product as _save_product
from grocery.catalog.services import terms as _terms
from grocery.catalog.services import vat as _vat

# --- categories ---------------------------------------------------------------------------------------------


def categories() -> tuple[Category, ...]:
    """The departments with all that is below them, in display order. Cached; a change is seen at once."""
    return _categories.tree().roots


def category(slug: str) -> Category:
    """One category with what is below it. Raises NotFound."""
    return _categories.tree().named(slug)


def category_trail(category_id: CategoryId) -> tuple[Category, ...]:
    """From the department down to this category; empty for an unknown id."""
    return _categories.tree().trail(category_id)


def save_category(
    *,
    slug: str,
    name_en: str,
    name_vi: str,
    parent: str | None = None,
    position: int = 0,
    tint: str | None = None,
    image: str = "",
) -> Category:
    """Write a category down under its slug, new, changed or moved. `tint` None: that of the category above.

    Raises NotFound for an unknown parent and WouldLoop when that one stands below `slug` itself.
    """
    return _categories.save_category(
        slug=slug, name_en=name_en, name_vi=name_vi, parent=parent, position=position, tint=tint, image=image
    )


def check_move(*, slug: str, parent: str) -> None:
    """Say beforehand whether a category may stand below `parent`: raises NotFound or WouldLoop."""
    _categories.check_move(slug=slug, parent=parent)


# --- products -----------------------------------------------------------------------------------------------


def products_on_sale(*, skus: Iterable[Sku], on: date | None = None) -> dict[Sku, ProductOnSale]:
    """What a cart or order line copies, in one statement. A SKU that is unknown or not sold is absent.

    `on`: the day whose VAT rates count, on the law's calendar (Việt Nam); then `categories` are filled in, too.
    """
    return _lists.products_on_sale(skus=skus, on=on)


def everything_on_sale() -> Iterator[ProductOnSale]:
    """Every product that is sold, in the order of the SKUs; read in chunks, for jobs that walk the whole shop."""
    return _lists.everything_on_sale()


def product(*, sku: Sku, store_id: StoreId) -> ProductDetail:
    """One product in one store, also when it is no longer sold (`active` False). Raises NotFound."""
    return _lists.product(sku=sku, store_id=store_id)


def forget_old_sales(*, now: datetime) -> int:
    """Let the seven days that count as popular move on; run by the clock, how often does not matter."""
    return _hear.forget_old_sales(now=now)


def check_product(*, draft: ProductDraft) -> None:
    """Say what is wrong with a draft before it is saved: raises Invalid with the field."""
    _save_product.check(draft)


def save_product(*, draft: ProductDraft, now: datetime, by: UUID | None = None) -> Sku:
    """Write a product down under its SKU, new or changed as a whole; a change of price enters its history.

    Raises Invalid (with the field) for what is not right, NotFound for an unknown category, GtinTaken.
    """
    return _save_product.save_product(draft=draft, now=now, by=by)


def prepare_database() -> None:
    """Have the law's VAT groups where there are none, and this release's search terms; run after each `migrate`."""
    _vat.prepare()
    _terms.prepare()


__all__ = [
    # stores
    "Store",
    "StoreId",
    "stores",
    "store",
    "default_store",
    "save_store",
    # categories
    "Category",
    "CategoryId",
    "Tint",
    "categories",
    "category",
    "category_trail",
    "check_move",
    "save_category",
    "WouldLoop",
    # products
    "Sku",
    "Unit",
    "NetUnit",
    "Dietary",
    "Allergen",
    "Storage",
    "Origin",
    "Nutrition",
    "NUTRITION_VALUES",
    "nutrition_told",
    "MOST_PER_ORDER",
    "ProductOnSale",
    "ProductCard",
    "ProductDetail",
    "ProductPage",
    "Filters",
    "Facets",
    "facets",
    "Choice",
    "PriceBand",
    "BrandHits",
    "EVERYTHING",
    "Sort",
    "BadCursor",
    "products_on_sale",
    "everything_on_sale",
    "list_products",
    "product",
    "details",
    "cards",
    "suggest",
    "Suggestions",
    "CategoryHits",
    "similar",
    "similar_to_each",
    "popular",
    "forget_old_sales",
    "ProductDraft",
    "check_product",
    "save_product",
    "GtinTaken",
    # prices to come
    "PlannedPriceId",
    "PriceAlreadyPlanned",
    "PriceIsDue",
    "apply_due_prices",
    "check_planned_price",
    "plan_price",
    "take_back_price",
    # brands
    "Brand",
    "BrandTaken",
    "check_brand",
    "save_brand",
    # pictures
    "Photo",
    "Picture",
    "KINDS",
    "MOST_PICTURES",
    "photo_address",
    "NewPicture",
    "PictureChange",
    "TooManyPictures",
    "check_picture",
    "add_picture",
    "change_picture",
    "remove_picture",
    "draw_pictures",
    "sweep_pictures",
    # VAT
    "vat_rate",
    "vat_rates",
    "set_vat_rate",
    "check_vat_rate",
    "prepare_database",
    "VAT_OF_DELIVERY",
    # search terms
    "SearchTerms",
    "Segment",
    "TermsElsewhere",
    "search_meanings",
    "check_search_terms",
    "save_search_terms",
    "search_terms_elsewhere",
    # many products at once
    "LARGEST_UPLOAD",
    "Difference",
    "ExportForm",
    "FileTooLarge",
    "ImportFailed",
    "ImportId",
    "ImportJob",
    "ImportState",
    "LineKind",
    "NotATable",
    "NotInThatState",
    "continue_import",
    "export_products",
    "forget_old_imports",
    "import_differences",
    "import_job",
    "import_jobs",
    "import_products",
    "import_profiles",
    "import_rejects",
    "start_import",
    "stop_import",
    "work_on_imports",
    "generate_demo_catalogue",
    "ImportProgress",
    "WrongHeader",
    "MissingFile",
    "UnknownProfile",
]
