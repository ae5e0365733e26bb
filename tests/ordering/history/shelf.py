"""What changes in the shop besides orders: goods, markdowns, prices, offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grocery.inventory import public as inventory
from grocery.inventory.models import Lot
from grocery.kernel.ids import new_id
from grocery.ordering import public as ordering
from tests.ordering import offering
from tests.ordering.history.prices import Rule
from tests.ordering.history.story import Story


class Shelf(Story):
    """The shelf, and what is said about it."""

    def a_markdown_ends(self, sku: str) -> None:
        if lots := self.w.old_lots(sku):
            inventory.end_markdowns(location=self.w.shop.store.id, lots=lots, now=self.w.now, by=new_id())

    def goods_are_thrown_away(self, number: int) -> None:
        """What is free of a lot; what is promised stays."""
        lots = Lot.objects.filter(on_hand__gt=0).order_by("id").values_list("id", "stock_item__sku", "on_hand")
        lot, sku, before = lots[number % len(lots)]
        line = inventory.NewWastage(new_id(), lot, None, inventory.WasteReason.DAMAGED)
        try:
            inventory.waste(location=self.w.shop.store.id, lines=[line], now=self.w.now, by=new_id())
        except inventory.NothingFree:
            return
        self.w.gone[sku] += before - Lot.objects.get(id=lot).on_hand  # type: ignore[assignment]  # quantities are exact

    def an_offer_begins(self, terms: Mapping[str, Any], code: bool, most: int) -> None:
        word = f"CODE-{len(self.w.limits)}" if code else ""
        if word:
            made = offering.coupon(self.w.shop, word, **{"percent": 0, "most_uses": most, **terms})
            self.w.limits[made] = most
        else:
            made = offering.offer(self.w.shop, **terms)
        plain = {**terms, "skus": frozenset(terms.get("skus", ()))}
        self.w.offers[made] = Rule(id=made, code=word, began=self.w.now, **plain)

    def an_offer_ends(self, number: int) -> None:
        rule = self.w.rules[number % len(self.w.rules)]
        ordering.end_offer(offer_id=rule.id, by=offering.CHAIN, now=self.w.now)
        self.w.offers[rule.id] = replace(rule, ended=self.w.now)
