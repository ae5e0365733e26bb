"""The face of ordering: carts, placing an order, and an order's life until it is delivered.

A cart belongs to a customer, or to a guest who holds its token; it promises nothing. Placing an order fixes prices,
books the slot, reserves the goods and opens the payment, all or nothing. What follows is told as facts of
`ordering.events`; payments and delivery move an order by theirs.

Quantities are exact, in the product's own unit (pieces, kg, l). Prices are Money in đồng and include VAT. A missing
order and another's look alike: NotFound. Who acts is a Principal; staff of one store see that store's orders only.
"""

from grocery.ordering.contracts import (
    Adjustment,
    AnsweredAlready,
    AnswerTooLate,
    BelowMinimum,
    CancelMotive,
    CancelReason,
    Candidate,
    CartEmpty,
    CartFull,
    CartId,
    CartLine,
    CartOwner,
    CartView,
    ChangeKind,
    HeldSlot,
    LineChange,
    MoreThanOrdered,
    NoSubstituteWanted,
    NotASubstitute,
    NothingAsked,
    NothingToPay,
    NotInOrder,
    NotSubstitutable,
    OfferKind,
    OrderChange,
    OrderId,
    OrderLineView,
    OrderNotCancellable,
    OrderPage,
    OrderState,
    OrderSummary,
    OrderView,
    PaymentMethod,
    PaymentToMake,
    PlacedOrder,
    PriceChange,
    ProductNotSold,
    QuantityNotInSteps,
    QuantityTooLarge,
    QuestionOpen,
    Recipient,
    Substituted,
    Substitution,
    SubstitutionChoice,
    SubstitutionDefault,
    SubstitutionId,
    SubstitutionReason,
    SubstitutionState,
    TimelineEntry,
    TotalChanged,
    VatPart,
    WeightOutOfTolerance,
    WrongState,
)
from grocery.ordering.contracts.picking import (
    NothingToPick,
    NotYourWave,
    PickerBusy,
    Urgency,
    WaitingOrder,
    WaveOrder,
    WavePaused,
    WaveView,
)
from grocery.ordering.public.carts import (
    add_item,
    cart,
    cart_holder,
    cart_size,
    choose_slot,
    clear,
    forget_abandoned_carts,
    let_slot_go,
    merge,
    set_item,
)
from grocery.ordering.public.orders import (
    cancel,
    cancel_lines,
    cancel_unpaid,
    motives,
    order,
    orders,
    pay,
    place_order,
)
from grocery.ordering.public.picking import (
    give_back,
    pause_wave,
    picking_queue,
    resume_wave,
    take_over,
    take_wave,
    wave,
    wave_of,
    waves,
)
from grocery.ordering.public.store_work import deliver, dispatch, mark_packed, start_picking
from grocery.ordering.public.substitutions import (
    answer,
    answer_about,
    answer_by_default,
    answer_token,
    leave_out,
    open_questions,
    other_substitutes,
    propose_substitutes,
    question,
    question_of_token,
    substitute,
    substitutions,
)

__all__ = [
    # carts
    "cart", "cart_size", "set_item", "add_item", "clear", "merge", "choose_slot", "let_slot_go", "cart_holder",
    # from cart to order
    "place_order", "pay", "order", "orders", "cancel", "cancel_lines", "motives",
    # in the store
    "start_picking", "mark_packed", "dispatch", "deliver",
    # picking
    "picking_queue", "take_wave", "pause_wave", "resume_wave", "give_back", "take_over", "wave", "wave_of", "waves",
    "Urgency", "WaitingOrder", "WaveOrder", "WaveView", "NothingToPick", "NotYourWave", "PickerBusy", "WavePaused",
    # what runs out
    "propose_substitutes", "substitute", "leave_out", "answer", "answer_about", "question",
    "open_questions", "substitutions", "other_substitutes", "answer_token", "question_of_token",
    # the clock
    "cancel_unpaid", "forget_abandoned_carts", "answer_by_default",
    # the words
    "CartId", "CartOwner", "CartView", "CartLine", "PriceChange", "HeldSlot", "VatPart",
    "Adjustment", "OfferKind",
    "OrderId", "OrderState", "CancelReason", "CancelMotive", "PaymentMethod", "PlacedOrder", "PaymentToMake",
    "OrderView", "OrderLineView", "TimelineEntry", "Recipient", "OrderSummary", "OrderPage",
    "OrderChange", "ChangeKind", "LineChange",
    "Candidate", "Substituted", "Substitution", "SubstitutionId", "SubstitutionChoice", "SubstitutionState",
    "SubstitutionReason", "SubstitutionDefault",
    # what can go wrong
    "NotASubstitute", "NoSubstituteWanted", "NotInOrder", "NothingAsked", "NotSubstitutable", "AnsweredAlready",
    "AnswerTooLate", "QuestionOpen",
    "ProductNotSold", "QuantityTooLarge", "QuantityNotInSteps", "CartFull", "CartEmpty", "TotalChanged",
    "BelowMinimum", "OrderNotCancellable", "NothingToPay", "WrongState", "WeightOutOfTolerance", "MoreThanOrdered",
]  # fmt: skip
