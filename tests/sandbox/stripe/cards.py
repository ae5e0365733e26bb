"""Test cards and what they do: https://docs.stripe.com/testing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """`decline`: the decline code, empty if the bank agrees. `challenge`: the customer must authenticate first."""

    number: str
    brand: str = "visa"
    decline: str = ""
    challenge: bool = False
    slow: bool = False
    #: Wants its owner each time, even where it was kept with their consent.
    always: bool = False

    @property
    def last4(self) -> str:
        return self.number[-4:]


BY_TOKEN = {
    "pm_card_visa": Card("4242424242424242"),
    "pm_card_mastercard": Card("5555555555554444", "mastercard"),
    "pm_card_amex": Card("378282246310005", "amex"),
    "pm_card_jcb": Card("3566002020360505", "jcb"),
    "pm_card_chargeDeclined": Card("4000000000000002", decline="generic_decline"),
    "pm_card_visa_chargeDeclined": Card("4000000000000002", decline="generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": Card("4000000000009995", decline="insufficient_funds"),
    "pm_card_chargeDeclinedLostCard": Card("4000000000009987", decline="lost_card"),
    "pm_card_chargeDeclinedStolenCard": Card("4000000000009979", decline="stolen_card"),
    "pm_card_chargeDeclinedExpiredCard": Card("4000000000000069", decline="expired_card"),
    "pm_card_chargeDeclinedIncorrectCvc": Card("4000000000000127", decline="incorrect_cvc"),
    "pm_card_chargeDeclinedProcessingError": Card("4000000000000119", decline="processing_error"),
    "pm_card_authenticationRequired": Card("4000002500003155", challenge=True),
    "pm_card_threeDSecure2Required": Card("4000000000003220", challenge=True),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        "4000008260003178", decline="insufficient_funds", challenge=True
    ),
    # Stripe's number for cards that always authenticate; the token is ours
    "pm_sandbox_alwaysAuthenticate": Card("4000002760003184", challenge=True, always=True),
    # not Stripe's: a bank that takes its time
    "pm_sandbox_processing": Card("4000000000000077", slow=True),
}
BY_NUMBER = {card.number: card for card in BY_TOKEN.values()}

#: Declines that have an error code of their own; all others are `card_declined`.
WANTS_ITS_OWNER = "authentication_required"
OWN_CODE = {"expired_card", "incorrect_cvc", "processing_error", "incorrect_number", WANTS_ITS_OWNER}


def by_number(typed: str) -> Card:
    """What a bank makes of a typed number: a wrong check digit is `incorrect_number`, a real card no test card."""
    number = "".join(char for char in typed if char.isdigit())
    if number in BY_NUMBER:
        return BY_NUMBER[number]
    decline = "test_mode_live_card" if len(number) > 11 and _luhn(number) else "incorrect_number"
    return Card(number or "0000", decline=decline)


def _luhn(number: str) -> bool:
    doubled = [int(digit) * (2 if i % 2 else 1) for i, digit in enumerate(reversed(number))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0
