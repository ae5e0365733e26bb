"""An invoice as a file: JSON and XML with the same words. Pure.

The words are ours. A provider's form (the tax authority's XML, a vendor's JSON) is made from them in its gateway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final
from xml.etree import ElementTree as ET

from grocery.kernel.quantity import plain
from grocery.ledger.contracts.invoices import Buyer, InvoiceDocument, InvoiceLine

#: What each of a list is called in XML.
_ONE_OF: Final = {"lines": "line", "rates": "rate"}


def document_json(document: InvoiceDocument) -> dict[str, Any]:
    """Amounts are whole đồng as numbers; quantities, prices and rates are exact, as text."""
    return {
        "kind": document.kind.value,
        "series": document.series,
        "number": document.number,
        "at": document.at.isoformat(),
        "currency": "VND",
        "order": document.order_number,
        "corrects": _named(document.corrects),
        "replaces": _named(document.replaces),
        "seller": {
            "name": document.seller.name,
            "tax_code": document.seller.tax_code,
            "address": document.seller.address,
        },
        "buyer": _buyer(document.buyer) if document.buyer else None,
        "lines": [_line(place, line) for place, line in enumerate(document.lines, 1)],
        "rates": [{"vat_rate": plain(part.rate), "net": part.net, "vat": part.vat} for part in document.rates],
        "net": document.net,
        "vat": document.vat,
        "total": document.gross,
    }


def document_xml(document: InvoiceDocument) -> bytes:
    """The same in UTF-8; what is not there is left out."""
    root = ET.Element("invoice")
    _fill(root, document_json(document))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _named(other: tuple[str, int, str] | None) -> dict[str, Any] | None:
    if other is None:
        return None
    series, number, reference = other
    return {"series": series, "number": number, "reference": reference}


def _buyer(buyer: Buyer) -> dict[str, str]:
    return {
        "tax_code": buyer.tax_code,
        "company": buyer.company,
        "address": buyer.address,
        "email": buyer.email,
    }


def _line(place: int, line: InvoiceLine) -> dict[str, Any]:
    return {
        "place": place,
        "kind": line.kind.value,
        "sku": line.sku or None,
        "name": line.name_vi,
        "name_en": line.name_en,
        "unit": line.unit or None,
        "quantity": _plain(line.quantity),
        "unit_price": _plain(line.unit_price),
        "amount": line.amount,
        "vat_rate": plain(line.rate),
    }


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _fill(parent: ET.Element, members: Mapping[str, Any]) -> None:
    for name, value in members.items():
        if value is not None:
            _add(ET.SubElement(parent, name), name, value)


def _add(element: ET.Element, name: str, value: Any) -> None:
    if isinstance(value, Mapping):
        _fill(element, value)
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for one in value:
            _add(ET.SubElement(element, _ONE_OF[name]), "", one)
    else:
        element.text = str(value)
