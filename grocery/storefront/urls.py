"""The shop's addresses; mounted at `/` for Vietnamese and at `/en/` for English."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from grocery.storefront.views import (
    account,
    answer,
    cancelling,
    cards,
    cart,
    checkout,
    coupon,
    credit,
    editing,
    history,
    home,
    invoice,
    listing,
    order,
    outbox,
    payment,
    product,
    returning,
    search,
    tender,
    wishes,
)

app_name = "storefront"


class SkuConverter(StringConverter):
    """A SKU as the catalogue writes them."""

    regex = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"


register_converter(SkuConverter, "sku")

urlpatterns = [
    path("", home.home, name="home"),
    path("c/", listing.categories, name="categories"),
    path("c/<slug:slug>/", listing.category, name="category"),
    path("near-expiry/", listing.near_expiry, name="near-expiry"),
    path("search/", search.search, name="search"),
    path("search/suggest", search.suggest, name="suggest"),
    path("p/<sku:sku>/", product.product, name="product"),
    path("p/<sku:sku>/similar", product.similar, name="similar"),
    path("cart/", cart.cart, name="cart"),
    path("cart/lines/<sku:sku>", cart.change_line, name="cart-line"),
    path("cart/lines/<sku:sku>/stock", cart.line_stock, name="cart-line-stock"),
    path("cart/substitution", wishes.substitution, name="cart-substitution"),
    path("cart/day", wishes.day, name="cart-day"),
    path("cart/seen", wishes.seen, name="cart-seen"),
    path("cart/lines/<sku:sku>/substitution", wishes.line_substitution, name="line-substitution"),
    path("cart/lines/<sku:sku>/alternatives", wishes.alternatives, name="line-alternatives"),
    path("cart/lines/<sku:sku>/note", wishes.note, name="line-note"),
    path("cart/coupons", coupon.coupons, name="coupons"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/plan", checkout.plan, name="checkout-plan"),
    path("checkout/address", checkout.address, name="checkout-address"),
    path("checkout/slot", checkout.slot, name="checkout-slot"),
    path("addresses/wards", checkout.wards, name="wards"),
    path("pay/<uuid:order_id>/", payment.pay, name="pay"),
    path("pay/<uuid:order_id>/keep-card", payment.keep_card, name="pay-keep-card"),
    path("cards/", cards.cards, name="cards"),
    path("credit/", credit.credit, name="credit"),
    path("cards/<uuid:card_id>/remove", cards.remove, name="remove-card"),
    path("pay/<uuid:order_id>/back", payment.back, name="pay-back"),
    path("pay/<uuid:order_id>/state", payment.state, name="pay-state"),
    path("orders/answer/<str:token>/", answer.answer, name="answer"),
    path("orders/", history.orders, name="orders"),
    path("orders/<uuid:order_id>/", order.order, name="order"),
    path("orders/<uuid:order_id>/cancel", cancelling.cancel, name="cancel-order"),
    path("orders/<uuid:order_id>/tender", tender.tender, name="tender"),
    path("orders/<uuid:order_id>/invoice", invoice.invoice, name="invoice"),
    path("orders/<uuid:order_id>/edit", editing.edit, name="edit-order"),
    path("orders/<uuid:order_id>/return", returning.give_back, name="return-order"),
    path("orders/<uuid:order_id>/returns/<uuid:return_id>/withdraw", returning.withdraw, name="withdraw-return"),
    path("orders/<uuid:order_id>/again", history.reorder, name="reorder"),
    path("sign-in/", account.sign_in, name="sign-in"),
    path("register/", account.register, name="register"),
    path("sign-out/", account.sign_out, name="sign-out"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<uuid:message_id>/", outbox.message, name="message"),
    path("outbox/<uuid:message_id>/letter", outbox.letter, name="letter"),
]
