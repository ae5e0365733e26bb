"""The company that an invoice is to be made out to, as a client names it."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from grocery.kernel.inputs import Input, LongText, Text
from grocery.ordering import public as ordering
from grocery.ordering.api import examples

#: As people type it: `0301482886`, `0301482886-001`, with blanks.
TaxCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9 .\-]{10,20}$")]
Email = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)]


class BuyerInput(Input):
    """The company; `tax_code` (MST) has its check digit checked, the invoice goes to `email`."""

    tax_code: TaxCode
    company: Text
    address: LongText
    email: Email
    model_config = ConfigDict(json_schema_extra={"examples": [examples.BUYER]})


def buyer_of(company: BuyerInput) -> ordering.Buyer:
    return ordering.Buyer(company.tax_code, company.company, company.address, company.email)
