"""What the pages of the catalogue have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest

from grocery.kernel.errors import DomainError
from grocery.kernel.reader import language


class NeverDeleted:
    """What others refer to by its id is taken off sale, not deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ChecksByRule(forms.ModelForm):
    """A form whose input the domain's own rules judge."""

    #: Raises a DomainError for what is wrong with the cleaned fields.
    judge: Callable[..., None]

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.judge(fields)
            except DomainError as error:
                name = error.field if error.field in self.fields else None
                self.add_error(name, error.text(language()))
        return fields
