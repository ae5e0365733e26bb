"""The face of payments: how an order is paid.

An order opens a payment in the transaction that places it. A card or a wallet is authorised by its owner and charged
when the goods are packed; a bank transfer is sent before; cash is promised at once and taken at the door. An order
that comes to more is topped up by a second authorisation; what is taken and not kept goes back by itself. What
happens comes back as facts of `payments.events`: PaymentAuthorised, PaymentFailed, PaymentCaptured, CaptureFellShort,
PaymentCancelled, TopUpEnded, TenderChanged, PayAgainAsked, HoldNotRenewed, RefundRequested, RefundSucceeded,
RefundFailed.

`open_payment`, `raise_to`, `lower_to`, `change_cash`, `change_tender`, `renew_hold`, `request_capture`,
`request_cancellation` and `request_refund` join the caller's transaction and refuse to run without one.
`retry_capture`, `record_collected` and `write_off` are a person's answer to CaptureFellShort.
`begin_authorisation`, `look_again`, `reconcile` and `health` talk to the provider and refuse to run inside one.
All amounts are Money in đồng.
"""

from __future__ import annotations

from grocery.payments.contracts import (
    AmountTooLarge,
    AmountTooSmall,
    BadWebhook,
    CaptureView,
    CardForm,
    HoldEnding,
    Method,
    MethodNotOffered,
    MoreThanAuthorised,
    MoreThanCaptured,
    NotAStatement,
    NotPaidByTransfer,
    PayLink,
    PaymentIs,
    PaymentRefused,
    PaymentState,
    PaymentStep,
    PaymentView,
    ProviderHealth,
    ProviderUnavailable,
    QrCode,
    RefundIs,
    RefundState,
    RefundView,
    ShortfallIs,
    StatementTaken,
    TransferIs,
    TransferTo,
)
from grocery.payments.contracts.cards import SavedCard
from grocery.payments.contracts.cash import (
    CarriedCash,
    CashDifference,
    CashIs,
    CashRound,
    DifferenceUnexplained,
    Into,
    OwnCash,
)
from grocery.payments.contracts.credit import (
    CreditEntryView,
    CreditKind,
    NotEnoughCredit,
    NothingToTakeBack,
    RefundTo,
)
from grocery.payments.contracts.deposits import (
    DepositDiffers,
    DepositIs,
    DepositState,
    NotInTheSafe,
    OwnDeposit,
    SlipKnown,
)
from grocery.payments.contracts.disputes import DisputeView, PaymentDisputed
from grocery.payments.contracts.providers import MethodAway, MethodOffer, PaymentOpening, WhyNot
from grocery.payments.contracts.statements import StatementSeen
from grocery.payments.services.begin_authorisation import begin_authorisation
from grocery.payments.services.change_amount import change_cash, lower_to, raise_to
from grocery.payments.services.change_tender import change_tender
from grocery.payments.services.credit import credit_entries, credit_of, grant_credit, take_back_credit
from grocery.payments.services.deposit_cash import agree_to_deposit, deposit_cash, in_the_safe, undo_deposit
from grocery.payments.services.disputes import disputes
from grocery.payments.services.draw_qr import draw_qr
from grocery.payments.services.ending_holds import HOLDS_END_SOON, holds_ending
from grocery.payments.services.hand_in_cash import cash_rounds, hand_in_cash, undo_hand_in
from grocery.payments.services.import_statement import import_statement
from grocery.payments.services.look_again import look_again
from grocery.payments.services.look_up import health, page_sources, payment, taken_beyond
from grocery.payments.services.match_deposit import settle_as_deposit
from grocery.payments.services.offers import explained, offered, offers, probe_providers, providers_away
from grocery.payments.services.open_payment import credit_for, open_payment
from grocery.payments.services.preview_statement import preview_statement
from grocery.payments.services.reconcile import reconcile
from grocery.payments.services.record_cash import record_cash
from grocery.payments.services.renewing import holds_to_renew, renew_hold
from grocery.payments.services.request_cancellation import request_cancellation
from grocery.payments.services.request_capture import request_capture
from grocery.payments.services.request_refund import request_refund
from grocery.payments.services.saved_cards import keep_card, remove_card, saved_cards
from grocery.payments.services.see_to_refund import record_handed_back, retry_refund
from grocery.payments.services.see_to_transfer import (
    assign_transfer,
    believe_other_amount,
    make_credit,
    record_sent_back,
    reopen_transfer,
    settle_other_amount,
)
from grocery.payments.services.shortfalls import record_collected, retry_capture, write_off
from grocery.payments.services.take_webhook import take_webhook
from grocery.payments.services.unreadable_notices import notices_read

__all__ = [
    # what others call, in the order of an order's life
    "open_payment",
    "begin_authorisation",
    "look_again",
    "payment",
    "raise_to",
    "lower_to",
    "change_cash",
    "change_tender",
    "request_capture",
    "request_cancellation",
    "record_cash",
    "taken_beyond",
    "request_refund",
    "record_handed_back",
    "retry_refund",
    "RefundTo",
    # what customers have with the shop
    "credit_of",
    "credit_for",
    "credit_entries",
    "grant_credit",
    "take_back_credit",
    # cash that is carried, and comes in
    "cash_rounds",
    "hand_in_cash",
    "undo_hand_in",
    "CashRound",
    "CarriedCash",
    "CashDifference",
    "Into",
    "CashIs",
    "OwnCash",
    "DifferenceUnexplained",
    # cash that is taken to the bank
    "in_the_safe",
    "deposit_cash",
    "agree_to_deposit",
    "undo_deposit",
    "settle_as_deposit",
    "DepositState",
    "NotInTheSafe",
    "SlipKnown",
    "DepositIs",
    "OwnDeposit",
    "DepositDiffers",
    # what was sent and fits nothing
    "import_statement",
    "preview_statement",
    "StatementSeen",
    "StatementTaken",
    "NotAStatement",
    "assign_transfer",
    "record_sent_back",
    "make_credit",
    "reopen_transfer",
    "believe_other_amount",
    "settle_other_amount",
    # cards that their owners want kept
    "saved_cards",
    "keep_card",
    "remove_card",
    "SavedCard",
    # what banks want back
    "disputes",
    "DisputeView",
    "PaymentDisputed",
    # what was not charged
    "retry_capture",
    "record_collected",
    "write_off",
    # what is held and will be let go
    "HOLDS_END_SOON",
    "holds_ending",
    "holds_to_renew",
    "renew_hold",
    "HoldEnding",
    "page_sources",
    "draw_qr",
    "offered",
    "offers",
    "explained",
    # the outside and the clock
    "take_webhook",
    "notices_read",
    "reconcile",
    "health",
    "probe_providers",
    "providers_away",
    # words
    "Method",
    "PaymentState",
    "PaymentView",
    "CaptureView",
    "RefundView",
    "RefundState",
    "PaymentStep",
    "CardForm",
    "PayLink",
    "QrCode",
    "TransferTo",
    "ProviderHealth",
    "CreditEntryView",
    "CreditKind",
    # errors
    "NotEnoughCredit",
    "NothingToTakeBack",
    "MethodNotOffered",
    "MethodAway",
    "MethodOffer",
    "WhyNot",
    "PaymentOpening",
    "AmountTooSmall",
    "AmountTooLarge",
    "MoreThanAuthorised",
    "MoreThanCaptured",
    "RefundIs",
    "ShortfallIs",
    "TransferIs",
    "NotPaidByTransfer",
    "PaymentIs",
    "PaymentRefused",
    "ProviderUnavailable",
    "BadWebhook",
]
