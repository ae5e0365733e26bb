"""What an invoice says, and that it says what the books say; for whom it is made out."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from django.db import DatabaseError, transaction

from grocery.accounts.public import Role
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.quantity import plain, quantity
from grocery.ledger import public as ledger
from grocery.ledger.models import Invoice, InvoiceBuyer, InvoiceFiling
from grocery.ledger.policies.tax_codes import tax_code
from grocery.ordering import public as ordering
from tests.ledger.books import balances
from tests.ordering.conftest import NOON
from tests.ordering.offering import offer
from tests.ordering.returning import LATER, ask, decide, on_the_road, reject
from tests.ordering.staff import at_work
from tests.shop import Customer, Shop

HOA_SEN = ledger.Buyer("0301482886", "Công ty TNHH Hoa Sen", "12 Nguyễn Huệ", "ketoan@example.com")


def said(order_id: UUID) -> list[tuple[str, list[tuple[str, str, str, int]], int, int]]:
    """Each invoice: kind, lines (what, how much, at which rate, net), net, VAT."""
    return [
        (
            invoice.kind,
            [
                (line.sku or line.kind, _shown(line.quantity), f"{line.rate:f}", line.amount)
                for line in invoice.items()
            ],
            invoice.net,
            invoice.vat,
        )
        for invoice in Invoice.objects.of_order(order_id)
    ]


def _shown(quantity: Decimal | None) -> str:
    return "" if quantity is None else plain(quantity)


def test_what_was_packed_is_invoiced_net_of_vat_with_fee_and_offer_as_lines(shop: Shop, lan: Customer):
    shop.stock(milk=10, shrimp=5)
    offer(shop, "basket", percent=10, name="A tenth off")
    placed = shop.confirmed_order(lan, milk=2, shrimp="0.45")
    ordering.start_picking(order_id=placed.id, by=shop.picker, now=NOON)
    ordering.mark_packed(order_id=placed.id, weights={"shrimp": quantity("0.43")}, by=shop.picker, now=NOON)
    shop.tell()
    ((kind, lines, net, vat),) = said(placed.id)
    books = balances()
    goods = [line for line in lines if line[0] in {"milk", "shrimp"}]
    assert [(kind, *line[:3]) for line in goods] == [
        ("invoice", "shrimp", "0.43", "5.00"),
        ("invoice", "milk", "2", "8.00"),
    ]
    assert sum(line[3] for line in goods) == -books["revenue"]
    assert [line[3] for line in lines if line[0] == "delivery"] == [-books["delivery"]]
    assert sum(line[3] for line in lines if line[0] == "discount") == -books["discounts"]
    assert (vat, net + vat) == (-books["vat"], ordering.order(order_id=placed.id).charged.minor)  # type: ignore[union-attr]  # it is packed


def test_each_return_is_corrected_by_a_document_that_names_the_invoice(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.delivered_order(lan, milk=3).id
    decide(ask(order, lan.principal, milk=1), milk="waste")
    ordering.settle_returns(now=LATER)
    shop.tell()
    assert said(order)[1:] == [("correction", [("milk", "-1", "8.00", -35_648)], -35_648, -2_852)]
    invoice, correction = Invoice.objects.of_order(order)
    document = ledger.invoice_document(invoice_id=correction.id)
    assert document.corrects == (invoice.series, invoice.number, "")
    assert document.lines[0].unit_price == Decimal(35_648)


def test_what_nobody_took_is_taken_back_line_by_line_with_the_fee(shop: Shop, lan: Customer):
    """One milk was refused, then nobody was at home: cash, so that nothing is collected."""
    shop.stock(milk=10, shrimp=5)
    order = on_the_road(shop, lan, milk=3, shrimp="0.45")
    reject(order, milk=1)
    ordering.settle_returns(now=LATER)
    ordering.not_delivered(order_id=order, reason="nobody_home", by=shop.picker, now=LATER)
    ordering.give_up_delivery(order_id=order, by=shop.picker, now=LATER)
    shop.tell()
    _, first, rest = said(order)
    assert [line[:2] for line in first[1]] == [("milk", "-1")]
    assert [line[:2] for line in rest[1]] == [("shrimp", "-0.45"), ("milk", "-2"), ("delivery", "")]
    assert sum(net + vat for _, _, net, vat in said(order)) == 0


def test_json_and_xml_say_the_same(shop: Shop, lan: Customer, settings: Any):
    settings.SELLER_NAME, settings.SELLER_TAX_CODE = "Grocery <& Co>", "0301482886"
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=3)
    ordering.ask_invoice(order_id=placed.id, buyer=HOA_SEN, by=lan.principal, now=NOON)
    for step in (ordering.start_picking, ordering.mark_packed):
        step(order_id=placed.id, by=shop.picker, now=NOON)
    shop.tell()
    (invoice,) = Invoice.objects.of_order(placed.id)
    accountant = at_work(None, Role.ACCOUNTANT)
    address = f"/en/admin/ledger/invoice/{invoice.id}"
    as_json = json.loads(accountant.get(f"{address}.json").content)
    as_xml = ET.fromstring(accountant.get(f"{address}.xml").content)
    assert (as_json["net"], as_json["vat"], as_json["total"]) == (120_833, 9_667, 130_500)
    for name in ("seller/name", "buyer/tax_code", "buyer/company", "total"):
        value = as_json
        for part in name.split("/"):
            value = value[part]
        assert as_xml.findtext(name) == str(value)
    assert [line.findtext("quantity") for line in as_xml.findall("lines/line")] == ["3", None]
    assert at_work(shop.store.id, Role.PICKER).get(f"{address}.json").status_code == 403


def test_an_invoice_is_never_rewritten_and_its_buyer_stays_once_it_is_issued(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=1)
    ordering.ask_invoice(order_id=placed.id, buyer=HOA_SEN, by=lan.principal, now=NOON)
    for step in (ordering.start_picking, ordering.mark_packed):
        step(order_id=placed.id, by=shop.picker, now=NOON)
    shop.tell()
    (invoice,) = Invoice.objects.of_order(placed.id)
    with pytest.raises(DatabaseError), transaction.atomic():
        Invoice.objects.filter(id=invoice.id).update(net=1)
    InvoiceFiling.objects.filter(invoice=invoice).update(state="issued", reference="1", issued_at=NOON)
    with pytest.raises(ledger.InvoiceIs):
        ledger.name_nobody(order_id=placed.id)
    with pytest.raises(DatabaseError), transaction.atomic():
        InvoiceBuyer.objects.forget(placed.id)


def test_a_company_may_be_named_until_the_order_is_packed_and_by_its_customer_alone(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.confirmed_order(lan, milk=1)
    with pytest.raises(NotFound):
        ordering.ask_invoice(order_id=placed.id, buyer=HOA_SEN, by=shop.customer("hoa").principal, now=NOON)
    ordering.ask_invoice(order_id=placed.id, buyer=HOA_SEN, by=lan.principal, now=NOON)
    for step in (ordering.start_picking, ordering.mark_packed):
        step(order_id=placed.id, by=shop.picker, now=NOON)
    with pytest.raises(ordering.InvoiceTooLate):
        ordering.ask_no_invoice(order_id=placed.id, by=lan.principal)
    assert ledger.buyer_of(placed.id) == HOA_SEN


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("0100233488", "0100233488"),
        ("0314409058-002", "0314409058-002"),
        ("0314409058002", "0314409058-002"),
        ("01.00.112.437", "0100112437"),
        (" 0312 68 78 78 – 001", "0312687878-001"),
    ],
)
def test_a_tax_code_is_known_by_its_check_digit(typed: str, printed: str):
    assert tax_code(typed) == printed


@pytest.mark.parametrize(
    "typed", ["0100233480", "12345", "0314409058-000", "0100000000", "01002334889", "O100233488"]
)
def test_what_is_no_tax_code_is_refused(typed: str):
    with pytest.raises(Invalid) as refused:
        tax_code(typed)
    assert refused.value.field == "tax_code"
