"""Storefront HTTP routes of inventory: mapping only."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import Path, Router, Schema
from ninja import Query as QueryOf
from pydantic import BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from grocery.inventory import public as inventory
from grocery.kernel import clock, wire
from grocery.kernel.errors import NotFound
from grocery.kernel.http import asker
from grocery.kernel.idempotency import idempotent
from grocery.kernel.inputs import AnyQuantity, Code, Id, Input, LongText, SignedQuantity
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity

router = Router(tags=["inventory"])

#: Seconds for which an answer to customers may be kept; then it is asked for again, with its ETag.
_KEPT = 1

#: Who may change stock.
ROLES = ("buyer", "manager", "admin")

_STORE = "01990000-0000-7000-8000-000000000001"
_LOT = {"lot_code": "L2411", "expires_on": "2026-11-24", "on_hand": 30, "reserved": 4, "percent": None}
_LEVEL = {
    "store_id": _STORE,
    "in_stock": True,
    "available": 20,
    "earliest_expiry": "2026-11-24",
    "reduced": 3,
    "reduced_percent": 40,
}
_STAFF_LEVEL = {**_LEVEL, "available": 26, "version": 7, "on_hand": 30, "reserved": 4, "low_stock_threshold": 5}
_SKU_LEVEL = {"sku": "MILK-1L", "in_stock": True, "available": 20, "earliest_expiry": "2026-11-24", "version": 7}
_DOCUMENT = {
    "stock": 26,
    "expires_at": "2026-11-24",
    "low_stock_threshold": 5,
    "last_updated": "2026-11-20T05:00:00Z",
    "version": 7,
}
_LINES = [
    {"kind": "receive", "sku": "MILK-1L", "quantity": 24, "lot_code": "L2411", "expires_on": "2026-11-30"},
    {"kind": "waste", "sku": "RAU-MUONG", "quantity": 0.5, "reason": "wilted"},
    {"kind": "count", "sku": "SALT", "quantity": 12},
]
_THRESHOLD = {"sku": "MILK-1L", "quantity": 12}
_REFUSED = {
    "line": 2,
    "sku": "RAU-MUONG",
    "applied": False,
    "code": "not_there",
    "en": "Only 3 is there.",
    "vi": "Chỉ có 3.",
}


def _example(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class LotOut(Schema):
    """Goods that came together and expire together. Quantities are in the product's own unit.

    `percent` off, where the lot is marked down.
    """

    lot_code: str
    expires_on: date | None
    on_hand: float
    reserved: float
    percent: int | None

    model_config = _example(_LOT)


class StoreStock(Schema):
    """A SKU in one store. Customers see quantities up to 20; what follows `reduced_percent` is for staff alone.

    `available` is at the full price. `reduced`: near-expiry units, sold by themselves at up to `reduced_percent` off.
    """

    store_id: UUID
    in_stock: bool
    available: float
    earliest_expiry: date | None
    reduced: float
    reduced_percent: int | None
    version: int | None = None
    on_hand: float | None = None
    reserved: float | None = None
    low_stock_threshold: float | None = None
    lots: list[LotOut] | None = None

    model_config = _example(_LEVEL)


class Stock(Schema):
    """A SKU in every store."""

    sku: str
    stores: list[StoreStock]

    model_config = _example({"sku": "MILK-1L", "stores": [_LEVEL]})


class SkuStock(Schema):
    """A SKU in the store that was asked about. Of two answers the one with the higher `version` is true."""

    sku: str
    in_stock: bool
    available: float
    earliest_expiry: date | None
    version: int

    model_config = _example(_SKU_LEVEL)


class StoreShelf(Schema):
    """What was asked about, in the order asked; `missing` are SKUs that the store has never had."""

    store_id: UUID
    stock: list[SkuStock]
    missing: list[str]

    model_config = _example({"store_id": _STORE, "stock": [_SKU_LEVEL], "missing": []})


class StockDocument(Schema):
    """What the feed says: the same members as the Firestore document `inventory/{sku}/locations/{store_id}`."""

    stock: float
    expires_at: date | None
    low_stock_threshold: float
    last_updated: datetime
    version: int

    model_config = _example(_DOCUMENT)


class ChangeIn(Input):
    """What happened to one lot, named by `lot_code` and `expires_on`, either of which may be left out.

    `receive` adds, and opens the lot that is named. `waste` takes off, `adjust` adds or (below zero) takes off,
    `count` says how much is there; these need a lot that exists, and what is named must fit one. Waste and adjust
    need a reason.
    """

    kind: inventory.ChangeKind
    sku: Code
    quantity: SignedQuantity
    lot_code: Code | None = None
    expires_on: date | None = None
    reason: Annotated[LongText, Field(max_length=200)] = ""

    model_config = _example(_LINES[0])


class ThresholdIn(Input):
    """From now on the SKU is low when no more than `quantity` is free."""

    sku: Code
    quantity: AnyQuantity

    model_config = _example(_THRESHOLD)


class StockBatch(Input):
    """Up to 1,000 lines for one store; lines are done in order.

    `mode`: `all_or_nothing`, or `per_line`, where lines that are right are done though others are wrong.
    """

    store_id: Id
    reference: Code | None = None
    mode: Literal["all_or_nothing", "per_line"] = "all_or_nothing"
    lines: Annotated[list[ChangeIn], Field(max_length=1000)] = []
    low_stock_thresholds: Annotated[list[ThresholdIn], Field(max_length=1000)] = []

    model_config = _example({"store_id": _STORE, "reference": "DN-4711", "lines": _LINES})

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.lines and not self.low_stock_thresholds:
            raise PydanticCustomError("nothing_to_do", "names neither lines nor thresholds")
        if len({one.sku for one in self.low_stock_thresholds}) < len(self.low_stock_thresholds):
            raise PydanticCustomError("repeated", "names a threshold of one SKU twice")
        return self


class LineResult(Schema):
    """What came of one line, counted from 1; thresholds count on after the lines. `code` and texts: why not."""

    line: int
    sku: str
    applied: bool
    code: str | None = None
    en: str | None = None
    vi: str | None = None

    model_config = _example(_REFUSED)


def _apart(given: Any) -> Any:
    """`sku=A,B&sku=C` names three: no SKU has a comma in it."""
    return [sku for text in given for sku in text.split(",")] if isinstance(given, list) else given


class StockQuery(Input):
    """Which SKUs (`sku`, repeated or with commas between, which is shorter and read faster) of which store."""

    store_id: Id
    sku: Annotated[list[Code], BeforeValidator(_apart), Field(min_length=1, max_length=50)]


class ChangedStock(Schema):
    """What was done, and each SKU as it is now; `results` where they were asked for."""

    applied: int
    stock: list[dict[str, Any]]
    results: list[LineResult] | None = None

    model_config = _example(
        {
            "applied": 1,
            "stock": [{"sku": "MILK-1L", **_STAFF_LEVEL, "lots": []}],
            "results": [{"line": 1, "sku": "MILK-1L", "applied": True}, _REFUSED],
        }
    )


@router.post("/stock/batch", response=ChangedStock, summary="Receive, waste, correct and count")
@idempotent(required=True)
def change_stock(request: HttpRequest, batch: StockBatch) -> HttpResponse:
    """All lines or none, or (`mode`) each line for itself. For buyers, managers, admins, of the store they work in.

    Goods are received of what the catalogue sells or the store has had. 422 `stock_changes_refused` names each wrong
    line in `lines`: its number from 1, SKU, code and text. In mode `per_line` the answer is 200 with `results`.
    """
    principal = asker(request)
    by = principal.require(*ROLES)
    if principal.store_id not in {None, batch.store_id}:
        raise NotFound("store", batch.store_id)
    changes = [_change(line) for line in batch.lines]
    done = _done(batch, changes, by=by)
    answer = {
        "applied": _asked(batch) - len(done.refused),
        "stock": [{"sku": level.sku, **_all(level)} for level in done.levels],
    }
    return wire.response(answer | ({"results": _results(batch, done)} if batch.mode == "per_line" else {}))


def _change(line: ChangeIn) -> inventory.StockChange:
    quantity = Quantity(line.quantity)
    return inventory.StockChange(line.kind, line.sku, quantity, line.lot_code or "", line.expires_on, line.reason)


def _done(batch: StockBatch, changes: list[inventory.StockChange], *, by: UUID) -> inventory.ChangesDone:
    asked: dict[str, Any] = {
        "location": batch.store_id,
        "changes": changes,
        "now": clock.now(),
        "by": by,
        "reference": batch.reference or "",
        "thresholds": {one.sku: Quantity(one.quantity) for one in batch.low_stock_thresholds},
        "catalogued": True,
    }
    if batch.mode == "per_line":
        return inventory.change_stock_by_line(**asked)
    return inventory.ChangesDone(tuple(inventory.change_stock(**asked)), ())


def _results(batch: StockBatch, done: inventory.ChangesDone) -> list[dict[str, Any]]:
    skus = [line.sku for line in batch.lines] + [one.sku for one in batch.low_stock_thresholds]
    refused = {line.line: {"code": line.code, "en": line.en, "vi": line.vi} for line in done.refused}
    return [
        {"line": number, "sku": sku, "applied": number not in refused, **refused.get(number, {})}
        for number, sku in enumerate(skus, start=1)
    ]


def _asked(batch: StockBatch) -> int:
    return len(batch.lines) + len(batch.low_stock_thresholds)


@router.get("/stock/batch", response=StoreShelf, summary="Stock of up to 50 SKUs in a store")
def stock_batch(request: HttpRequest, query: QueryOf[StockQuery]) -> HttpResponse:
    """What a cart or a list needs: how much of each can be bought (up to 20) and the earliest expiry among it."""
    found = inventory.levels(skus=query.sku, location=query.store_id, now=clock.now())
    asked = dict.fromkeys(query.sku)
    body = {
        "store_id": query.store_id,
        "stock": [_brief(found[sku]) for sku in asked if sku in found],
        "missing": [sku for sku in asked if sku not in found],
    }
    return _kept(request, body, whose="public")


@router.get("/stock/{sku}", response=Stock, summary="Stock of a SKU in every store")
def stock(request: HttpRequest, sku: Path[Code]) -> HttpResponse:
    """Whether it is in stock, how much of it (customers: up to 20), and the earliest expiry among what can be bought.

    Staff also see what is on hand and reserved, in which lots. 404 for a SKU that no store has ever had.
    """
    levels = inventory.stock(sku=sku, now=clock.now())
    if not levels:
        raise NotFound("SKU", sku)
    principal = asker(request)
    body = {"sku": sku, "stores": [_shown(level, principal) for level in levels]}
    return _kept(request, body, whose="private" if principal.id else "public")


@router.get("/stock/{sku}/locations/{store_id}", response=StockDocument, summary="The stock feed's document")
def stock_document(request: HttpRequest, sku: Path[Code], store_id: Path[Id]) -> HttpResponse:
    """What phones are shown, for those who do not listen to Firestore; of two answers the higher `version` is true.

    404 for a SKU that this store has never had, or no longer carries.
    """
    found = inventory.read_feed(skus=[sku], location=store_id, now=clock.now()).get(sku)
    if found is None or found.deleted:
        raise NotFound("SKU", sku)
    return wire.response({name: getattr(found, name) for name in _DOCUMENT})


def _kept(request: HttpRequest, body: Any, *, whose: str) -> HttpResponse:
    """The answer, or 304 where the caller has it already."""
    content = wire.dumps(body)
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    had = request.META.get("HTTP_IF_NONE_MATCH", "").split(",")
    is_known = etag in (tag.strip().removeprefix("W/") for tag in had)
    answer = HttpResponseNotModified() if is_known else HttpResponse(content, content_type=wire.Renderer.content_type)
    answer["ETag"] = etag
    answer["Cache-Control"] = f"{whose}, max-age={_KEPT}"
    answer["Vary"] = "Authorization"
    return answer


def _brief(level: inventory.ShownLevel) -> dict[str, Any]:
    return {
        "sku": level.sku,
        "in_stock": level.available > 0,
        "available": min(level.available, inventory.CAP),
        "earliest_expiry": level.earliest_expiry,
        "version": level.version,
    }


def _shown(level: inventory.StockLevel, principal: Principal) -> dict[str, Any]:
    if principal.kind != "staff":
        most = {"available": min(level.available, inventory.CAP), "reduced": min(level.reduced, inventory.CAP)}
        return _public(level) | most
    return _all(level) | {"lots": level.lots}


def _public(level: inventory.StockLevel) -> dict[str, Any]:
    return {
        "store_id": level.location,
        "in_stock": level.available > 0,
        "available": level.available,
        "earliest_expiry": level.earliest_expiry,
        "reduced": level.reduced,
        "reduced_percent": level.reduced_percent,
    }


def _all(level: inventory.StockLevel) -> dict[str, Any]:
    return _public(level) | {
        "version": level.version,
        "on_hand": level.on_hand,
        "reserved": level.reserved,
        "low_stock_threshold": level.low_stock_threshold,
    }
