"""Orders to tell people about, as ordering shows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from grocery.kernel.money import dong
from grocery.kernel.quantity import Quantity, quantity
from grocery.ordering.contracts import (
    OrderId,
    OrderLineView,
    OrderState,
    OrderView,
    PaymentMethod,
    Recipient,
    Substituted,
    Substitution,
    SubstitutionDefault,
    SubstitutionId,
    SubstitutionReason,
    SubstitutionState,
    TimelineEntry,
    VatPart,
)
from grocery.ordering.contracts.returns import (
    GoodsFate,
    ReturnId,
    ReturnKind,
    ReturnLineView,
    ReturnReason,
    ReturnState,
    ReturnView,
)
from grocery.ordering.contracts.weighing import WeightQuestion, WeightQuestionId, WeightState

PLACED = datetime(2026, 11, 20, 6, 42, tzinfo=UTC)
ORDER_ID = OrderId(UUID("01990000-0000-7000-8000-0000000000c1"))
HOME = Recipient(
    mode="delivery",
    name="Nguyễn Thị Lan",
    phone="0903 123 456",
    address="18/3 Lê Anh Xuân, Phường Bến Thành, Thành phố Hồ Chí Minh",
    note="Gọi trước khi lên",
)
COUNTER = replace(HOME, mode="pickup", address="Quầy Bến Thành, 1 Lê Lợi", note="")


def _line(vi: str, en: str, price: int, unit: str, amount: str, vat: int = 5) -> OrderLineView:
    ordered = quantity(amount)
    return OrderLineView(
        sku=en.upper().replace(" ", "-"),
        name_en=en,
        name_vi=vi,
        price=dong(price),
        unit=unit,
        vat_rate=Decimal(vat),
        quantity=ordered,
        amount=dong(price) * ordered,
        packed=None,
        packed_amount=None,
        image="",
        tint="leaf",
    )


SHRIMP = _line("Tôm thẻ tươi, cỡ 40–50", "Fresh white shrimp, size 40–50", 219_000, "kg", "0.45")
MILK = _line("Sữa tươi thanh trùng không đường", "Fresh milk, no sugar", 38_500, "piece", "2", 8)
RICE = _line("Gạo <ST25> & túi giấy", "Rice <ST25> & paper bag", 189_000, "piece", "1")


def order(**changed: Any) -> OrderView:
    """Lan's order of shrimp, milk and rice, for Friday 16–18h."""
    lan = OrderView(
        id=ORDER_ID,
        number="G-20418",
        state=OrderState.CONFIRMED,
        store_id=UUID(int=1),
        customer_id=UUID(int=2),
        language="vi",
        method=PaymentMethod.CARD,
        placed_at=PLACED,
        pay_by=None,
        slot_day=date(2026, 11, 20),
        slot_starts_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
        slot_ends_at=datetime(2026, 11, 20, 11, tzinfo=UTC),
        zone="Asia/Ho_Chi_Minh",
        recipient=HOME,
        lines=(SHRIMP, MILK, RICE),
        timeline=(TimelineEntry(OrderState.PLACED, PLACED, "customer", ""),),
        subtotal=dong(364_550),
        fee=dong(15_000),
        total=dong(379_550),
        vat=(
            VatPart(Decimal(5), dong(287_550), dong(13_693)),
            VatPart(Decimal(8), dong(92_000), dong(6_815)),
        ),
        charged=None,
        may_be_cancelled=True,
    )
    return replace(lan, **changed)


def question(**changed: Any) -> Substitution:
    """The milk ran out; Lan is asked whether oat milk, which is dearer, may come instead."""
    asked = Substitution(
        id=SubstitutionId(UUID(int=3)),
        order_id=ORDER_ID,
        number="G-20418",
        customer_id=UUID(int=2),
        language="vi",
        original=_of(MILK.sku, MILK.name_en, MILK.name_vi),
        substitute=_of("OAT", "Oat milk <new> & plain", "Sữa yến mạch <mới> & nguyên vị"),
        list_price=dong(45_000),
        reason=SubstitutionReason.PICKING,
        state=SubstitutionState.ASKED,
        default=SubstitutionDefault.REPLACE,
        asked_at=PLACED,
        answer_by=PLACED + timedelta(minutes=10),
        answered_at=None,
        answered_by="",
    )
    return replace(asked, **changed)


def weight_question(**changed: Any) -> WeightQuestion:
    """Of the shrimp only 300 g are left; Lan is asked whether that will do."""
    asked = WeightQuestion(
        id=WeightQuestionId(UUID(int=4)),
        order_id=ORDER_ID,
        number="G-20418",
        store_id=UUID(int=5),
        customer_id=UUID(int=2),
        language="vi",
        zone="Asia/Ho_Chi_Minh",
        recipient=HOME.name,
        phone=HOME.phone,
        sku=SHRIMP.sku,
        name_en=SHRIMP.name_en,
        name_vi=SHRIMP.name_vi,
        unit="kg",
        piece_weight=None,
        image="",
        tint="",
        ordered=SHRIMP.quantity,
        weighed=quantity("0.3"),
        agreed=dong(98_550),
        amount=dong(65_700),
        state=WeightState.ASKED,
        asked_at=PLACED,
        answer_by=PLACED + timedelta(minutes=10),
        answered_at=None,
        answered_by="",
    )
    return replace(asked, **changed)


def _of(sku: str, name_en: str, name_vi: str) -> Substituted:
    return Substituted(sku, name_en, name_vi, "piece", quantity(1), dong(38_500), "milk.svg", "sky")


def weighed() -> OrderView:
    """The same, packed: the shrimp came to 438 g."""
    shrimp = replace(SHRIMP, packed=quantity("0.438"), packed_amount=dong(95_922))
    return order(state=OrderState.DELIVERED, lines=(shrimp, MILK, RICE), charged=dong(376_922))


def given_back() -> ReturnView:
    """One of two lines was accepted."""

    def line(of: OrderLineView, *, accepted: bool, answer: str = "") -> ReturnLineView:
        return ReturnLineView(
            sku=of.sku,
            name_en=of.name_en,
            name_vi=of.name_vi,
            unit=of.unit,
            image="",
            tint="",
            quantity=Quantity(Decimal(1)),
            reason=ReturnReason.DAMAGED,
            note="",
            amount=dong(38_500),
            accepted=accepted,
            answer=answer,
            fate=GoodsFate.KEPT,
        )

    return ReturnView(
        id=ReturnId(ORDER_ID),
        order_id=ORDER_ID,
        number="G-20418",
        kind=ReturnKind.AFTER,
        state=ReturnState.SETTLED,
        asked_at=PLACED,
        by="customer",
        decided_at=PLACED,
        undo_until=None,
        amount=dong(38_500),
        fee_back=dong(0),
        lines=(line(MILK, accepted=True), line(SHRIMP, accepted=False, answer="It was whole.")),
    )
