"""345.000 ₫ is 345000 at Stripe: never times a hundred, through the real library."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.payments.contracts import Method
from grocery.payments.gateways.provider import Refused, Wanted
from grocery.payments.gateways.registry import provider_of
from tests.payments.conftest import COMMITTED
from tests.sandbox.running import Sandbox

pytestmark = COMMITTED
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(st.integers(15_000, 99_999_999), st.data())
def test_an_amount_goes_through_authorisation_capture_and_refund_as_it_is(sandbox: Sandbox, amount: int, data):
    taken = data.draw(st.integers(1, amount))
    back = data.draw(st.integers(1, taken))
    provider = provider_of(Method.CARD)
    seen = provider.authorise(wanted=Wanted(dong(amount), {}), key=str(new_id()))
    sandbox.pay(seen.reference)
    captured = provider.capture(reference=seen.reference, amount=dong(taken), key=str(new_id()))
    provider.refund(reference=seen.reference, amount=dong(back), refund_id="R-1", key=str(new_id()))
    intent = sandbox.intent(seen.reference)
    refunded = sandbox.get(f"/v1/charges/{intent['latest_charge']}")["amount_refunded"]
    assert (seen.is_for(dong(amount)), intent["amount"], captured.captured, refunded) == (True, amount, taken, back)


@pytest.mark.parametrize("amount", [100_000_000, 12_999])
def test_stripe_itself_refuses_what_is_beyond_its_limits(sandbox: Sandbox, amount: int):
    with pytest.raises(Refused):
        provider_of(Method.CARD).authorise(wanted=Wanted(dong(amount), {}), key=str(new_id()))


def test_more_than_was_captured_is_never_refunded(sandbox: Sandbox):
    provider = provider_of(Method.CARD)
    seen = provider.authorise(wanted=Wanted(dong(345_000), {}), key=str(new_id()))
    sandbox.pay(seen.reference)
    provider.capture(reference=seen.reference, amount=dong(300_000), key=str(new_id()))
    with pytest.raises(Refused):
        provider.refund(reference=seen.reference, amount=dong(300_001), refund_id="R-1", key=str(new_id()))
