"""Types for what comes in over HTTP: everything is bounded, so that nothing absurd gets past the door."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from grocery.kernel.money import dong
from grocery.kernel.quantity import LARGEST


def _clean(text: str) -> str:
    """NFC, no NUL and no other control characters but line breaks and tabs."""
    text = unicodedata.normalize("NFC", text)
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t\r" for char in text):
        raise PydanticCustomError("control_characters", "contains control characters")
    return text


def _exact(value: Any) -> Any:
    """A JSON number becomes the decimal that was written; booleans are not numbers."""
    if isinstance(value, bool):
        raise PydanticCustomError("not_a_number", "is not a number")
    return str(value) if isinstance(value, float) else value


_clean_text = AfterValidator(_clean)

#: One line for people: a name, a street. 1 to 200 characters.
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _clean_text]
#: A remark: up to 1,000 characters, may be empty.
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), _clean_text]
#: What someone typed into a search box: up to 300 characters, the longest name with its marks written apart.
Query = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), _clean_text]
#: A code of ours or a standard's: SKU, ward code, tag. ASCII, no blanks, 1 to 64 characters.
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
#: The address of a page on the web, at most 500 characters.
Link = Annotated[str, StringConstraints(max_length=500, pattern=r"^https://[^\s<>\"]+$")]
#: A password, a token: kept as typed, 1 to 4,096 characters.
Secret = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
Id = UUID
#: More than nothing, at most 999,999,999.999, three decimals.
PositiveQuantity = Annotated[
    Decimal, BeforeValidator(_exact), Field(gt=0, le=LARGEST, decimal_places=3, allow_inf_nan=False)
]
#: The same, or nothing at all.
AnyQuantity = Annotated[
    Decimal, BeforeValidator(_exact), Field(ge=0, le=LARGEST, decimal_places=3, allow_inf_nan=False)
]
#: The same, or less than nothing: a correction.
SignedQuantity = Annotated[
    Decimal, BeforeValidator(_exact), Field(ge=-LARGEST, le=LARGEST, decimal_places=3, allow_inf_nan=False)
]
#: đồng, whole, at most a hundred billion.
Amount = Annotated[int, Field(ge=0, le=dong(100_000_000_000).minor, strict=True)]
#: The same in an address, where everything is text.
AskedAmount = Annotated[int, Field(ge=0, le=dong(100_000_000_000).minor)]
Limit = Annotated[int, Field(ge=1, le=100)]
Offset = Annotated[int, Field(ge=0, le=100_000)]


class Input(Schema):
    """A request body: unknown members are refused."""

    model_config = ConfigDict(extra="forbid", str_max_length=10_000)
