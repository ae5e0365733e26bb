"""What staff picked in the list of products, as a file."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from grocery.catalog import public as catalog
from grocery.catalog.models import Product
from grocery.catalog.public import ExportForm


def exported(picked: QuerySet[Product], form: ExportForm) -> StreamingHttpResponse:
    """Those that were ticked, or all that the filters and the search leave."""
    skus = picked.order_by().values_list("sku", flat=True)
    pieces = catalog.export_products(form=form, skus=map(catalog.Sku, skus))
    answer = StreamingHttpResponse(pieces, content_type=form.content_type)
    answer["Content-Disposition"] = f'attachment; filename="products.{form}"'
    return answer
