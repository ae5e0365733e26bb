"""Fields of task pages: big, for thumbs and scanners."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import LARGEST, plain
from grocery.kernel.reader import language


class AmountField(forms.DecimalField):
    """A quantity as people write it: `2,5` is `2.5`."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, *, least: Decimal = Decimal("0.001"), **options: Any) -> None:
        super().__init__(max_digits=12, decimal_places=3, min_value=least, max_value=LARGEST, **options)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and "." not in value:
            value = value.replace(",", ".")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return plain(value).replace(".", ",") if language() == "vi" else plain(value)


class LineField(forms.CharField):
    """One line of text: NFC, no control characters."""

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", super().to_python(value) or "")
        if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
            raise ValidationError(_("One line of plain text."))
        return text


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TaskForm(forms.Form):
    """A form of a task page. `key` is made with the page: a form sent twice is one form."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.HiddenInput | forms.CheckboxInput | forms.RadioSelect):
                field.widget.attrs.setdefault("class", "input")

    def refuse(self, error: DomainError) -> None:
        """Show why it was refused, at the field that is at fault."""
        at = error.field if error.field in self.fields else None
        self.add_error(at, error.text(language()))
