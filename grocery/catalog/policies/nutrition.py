"""What a label may say of 100 g or 100 ml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, cast

from grocery.catalog.contracts import Nutrition
from grocery.catalog.contracts.labels import SODIUM_IN_SALT
from grocery.kernel.errors import Invalid

#: What is told, by the names of columns and form fields; `salt` or `sodium_mg`, `energy_kj` or `energy_kcal` will do.
VALUES: Final = (
    *("energy_kj", "energy_kcal", "fat", "saturates", "carbohydrate", "sugars"),
    *("fibre", "protein", "salt", "sodium_mg"),
)
_NEEDED: Final = ("fat", "carbohydrate", "protein")
#: kJ in a kcal. Labels work both out of the parts, so they agree about so far, or to so many kJ.
_KJ: Final = Decimal("4.184")
_AGREE, _SLACK = Decimal("0.06"), Decimal(12)
#: Pure fat has 3,700 kJ.
_MOST_KJ: Final = 3_800
#: Parts are rounded one by one.
_WHOLE: Final = Decimal("101.5")


def told(per: str, values: Mapping[str, Decimal | None]) -> Nutrition | None:
    """What is told, checked; None where nothing is. Raises Invalid for what is missing or cannot be."""
    if not per and all(value is None for value in values.values()):
        return None
    if per not in {"g", "ml"}:
        raise Invalid("nutrition_per", "Per 100 of g or ml.", "Tính trên 100 g hoặc ml.")
    for name in _NEEDED:
        if values.get(name) is None:
            raise _missing(name)
    kj, kcal = _energy(values.get("energy_kj"), values.get("energy_kcal"))
    parts = {name: values.get(name) for name in ("fat", "saturates", "carbohydrate", "sugars", "fibre", "protein")}
    salt = _salt(values.get("salt"), values.get("sodium_mg"))
    whole = {"per": per, "energy_kj": kj, "energy_kcal": kcal, "salt": salt, **parts}
    return checked(Nutrition(**cast("dict[str, Any]", whole)))


def checked(told: Nutrition | None) -> Nutrition | None:
    """The same. Raises Invalid for the first value that cannot be."""
    for fault in _faults(told) if told else ():
        raise fault
    return told


def kept(told: Nutrition | None) -> dict[str, Any] | None:
    """As the database keeps it: numbers by name, what is not told left out."""
    if told is None:
        return None
    numbers = {name: value for name, value in asdict(told).items() if value is not None}
    return {name: value if name == "per" else _number(value) for name, value in numbers.items()}


def _number(value: Decimal) -> int | float:
    """Four decimals at most, which a float keeps."""
    return int(value) if value == int(value) else float(value)


def read(kept: Mapping[str, Any] | None) -> Nutrition | None:
    """What `kept` made."""
    if kept is None:
        return None
    numbers = {name: Decimal(str(kept[name])) if name in kept else None for name in VALUES if name != "sodium_mg"}
    return Nutrition(per=kept["per"], **cast("dict[str, Any]", numbers))


def _energy(kj: Decimal | None, kcal: Decimal | None) -> tuple[Decimal, Decimal]:
    if kj is None and kcal is None:
        raise _missing("energy_kcal")
    if kj is None:
        return _rounded(cast("Decimal", kcal) * _KJ), cast("Decimal", kcal)
    return kj, _rounded(kj / _KJ) if kcal is None else kcal


def _salt(salt: Decimal | None, sodium_mg: Decimal | None) -> Decimal:
    if salt is None and sodium_mg is None:
        raise _missing("salt")
    return salt if salt is not None else cast("Decimal", sodium_mg) / SODIUM_IN_SALT


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), ROUND_HALF_UP)


def _faults(told: Nutrition) -> Iterator[Invalid]:
    parts = {
        name: getattr(told, name) or Decimal(0)
        for name in ("fat", "saturates", "carbohydrate", "sugars", "fibre", "protein", "salt")
    }
    for name, grams in parts.items():
        if not 0 <= grams <= 100:
            yield Invalid(name, "0 to 100 g are in 100.", "Trong 100 có từ 0 đến 100 g.")
    for part, of in (("saturates", "fat"), ("sugars", "carbohydrate")):
        if parts[part] > parts[of]:
            yield Invalid(part, "A part is not more than the whole.", "Thành phần không thể lớn hơn tổng.")
    whole = sum(parts[name] for name in ("fat", "carbohydrate", "fibre", "protein", "salt"))
    if told.per == "g" and whole > _WHOLE:
        yield Invalid("carbohydrate", "Together that is more than 100 g.", "Tổng cộng vượt quá 100 g.")
    if not 0 <= told.energy_kj <= _MOST_KJ:
        yield Invalid("energy_kj", "Nothing has more than 3,800 kJ.", "Năng lượng không vượt quá 3.800 kJ.")
    if abs(told.energy_kj - told.energy_kcal * _KJ) > max(told.energy_kj * _AGREE, _SLACK):
        yield Invalid("energy_kcal", "A kcal is 4.184 kJ.", "1 kcal bằng 4,184 kJ.")


def _missing(field: str) -> Invalid:
    return Invalid(
        field,
        "A label says energy, fat, carbohydrate, protein, and salt or sodium, or nothing at all.",
        "Nhãn phải ghi đủ năng lượng, chất béo, carbohydrat, chất đạm và muối hoặc natri, hoặc để trống tất cả.",
    )
