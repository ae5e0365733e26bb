"""What is wrong with an input, told field by field in English or Vietnamese.

Pydantic names each kind of fault and gives an English text; the Vietnamese ones are ours. A kind that is missing here
reads "không hợp lệ", which is true of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_VIETNAMESE: dict[str, str] = {
    "missing": "Bắt buộc phải có",
    "extra_forbidden": "Không có trường này",
    "none_required": "Phải để trống",
    # text
    "string_type": "Phải là văn bản",
    "string_unicode": "Phải là văn bản Unicode hợp lệ",
    "string_too_short": "Phải có ít nhất {min_length} ký tự",
    "string_too_long": "Không được quá {max_length} ký tự",
    "string_pattern_mismatch": "Không đúng định dạng",
    "control_characters": "Có ký tự điều khiển",
    # numbers
    "int_type": "Phải là số nguyên",
    "int_parsing": "Phải là số nguyên",
    "int_parsing_size": "Số quá lớn",
    "int_from_float": "Phải là số nguyên",
    "decimal_type": "Phải là số",
    "decimal_parsing": "Phải là số",
    "not_a_number": "Phải là số",
    "finite_number": "Phải là số hữu hạn",
    "decimal_max_places": "Không được quá {decimal_places} chữ số thập phân",
    "decimal_max_digits": "Không được quá {max_digits} chữ số",
    "decimal_whole_digits": "Không được quá {whole_digits} chữ số trước dấu phẩy",
    "greater_than": "Phải lớn hơn {gt}",
    "greater_than_equal": "Phải từ {ge} trở lên",
    "less_than": "Phải nhỏ hơn {lt}",
    "less_than_equal": "Không được quá {le}",
    "bool_type": "Phải là đúng hoặc sai",
    "bool_parsing": "Phải là đúng hoặc sai",
    # things of a certain form
    "uuid_type": "Phải là UUID",
    "uuid_parsing": "Phải là UUID",
    "date_type": "Phải là ngày (YYYY-MM-DD)",
    "date_parsing": "Phải là ngày (YYYY-MM-DD)",
    "date_from_datetime_parsing": "Phải là ngày (YYYY-MM-DD)",
    "datetime_type": "Phải là thời điểm (RFC 3339)",
    "datetime_parsing": "Phải là thời điểm (RFC 3339)",
    "datetime_from_date_parsing": "Phải là thời điểm (RFC 3339)",
    "timezone_aware": "Phải có múi giờ",
    "enum": "Phải là một trong: {expected}",
    "literal_error": "Phải là một trong: {expected}",
    # lists and objects
    "list_type": "Phải là danh sách",
    "too_short": "Phải có ít nhất {min_length} mục",
    "too_long": "Không được quá {max_length} mục",
    "dict_type": "Phải là đối tượng JSON",
    "model_type": "Phải là đối tượng JSON",
    "model_attributes_type": "Phải là đối tượng JSON",
}


def faults_of(errors: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """One `{"field", "in", "code", "detail"}` per error of ninja's; the field as a path: `lines.0.quantity`."""
    return [
        {
            "field": _path(error["loc"]),
            "in": error["loc"][0],
            "code": error["type"],
            "detail": _vietnamese(error) if language == "vi" else _english(error),
        }
        for error in errors
    ]


def _path(location: tuple[str | int, ...]) -> str | None:
    """Without where it came from, and without the name that our function gives to the body."""
    source, *steps = location
    if source in {"body", "form", "file"} and len(steps) > 1:
        steps = steps[1:]
    elif source == "body":
        return None
    return ".".join(map(str, steps)) or None


def _english(error: Mapping[str, Any]) -> str:
    message: str = error["msg"].removeprefix("Value error, ")
    return message[:1].upper() + message[1:]


def _vietnamese(error: Mapping[str, Any]) -> str:
    return _VIETNAMESE.get(error["type"], "Không hợp lệ").format_map(error.get("ctx") or {})
