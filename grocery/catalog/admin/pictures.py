"""Pictures of a product, on its own page: uploaded or taken from an address, put into order, said in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from grocery.catalog import public as catalog
from grocery.catalog.models import Picture
from grocery.catalog.public import NewPicture, Photo, PictureChange
from grocery.kernel.errors import DomainError
from grocery.kernel.reader import language

#: The width of the thumbnails.
_THUMB = 96


class PictureForm(forms.ModelForm):
    file = forms.FileField(
        label=_("file"),
        required=False,
        help_text=_("JPEG, PNG, WebP, AVIF or GIF, at most 12 MB. Or an address on the web, below."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif,image/gif"}),
    )
    source = forms.URLField(label=_("taken from"), required=False, max_length=500, assume_scheme="https")

    class Meta:
        model = Picture
        fields = ["position", "alt_vi", "alt_en", "source"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:  # what it was made of stays
            for name in ("file", "source"):
                self.fields[name].disabled, self.fields[name].widget = True, forms.HiddenInput()

    def clean_file(self) -> bytes:
        file: UploadedFile | None = self.cleaned_data["file"]
        content = file.read() if file else b""
        if content:
            try:
                catalog.check_picture(content=content)
            except DomainError as error:
                raise forms.ValidationError(error.text(language())) from error
        return content

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        comes_from = [name for name in ("file", "source") if fields.get(name)]
        if self.instance._state.adding and not self.errors and len(comes_from) != 1:
            raise forms.ValidationError(_("Choose a file, or type an address."))
        return fields


class PictureFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        there = [form for form in self.forms if form.has_changed() or not form.instance._state.adding]
        kept = [form for form in there if form not in self.deleted_forms]
        if len(kept) > catalog.MOST_PICTURES:
            raise forms.ValidationError(
                _("A product has at most %(most)s pictures.") % {"most": catalog.MOST_PICTURES}
            )


class PictureInline(admin.StackedInline):
    model = Picture
    form = PictureForm
    formset = PictureFormSet
    extra = 0
    fields = [("shown", "position"), "file", "source", ("alt_vi", "alt_en")]
    readonly_fields = ["shown"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Picture]:
        return Picture.objects.live().light()

    @admin.display(description=_("picture"))
    def shown(self, picture: Picture) -> str | SafeString:
        """The picture itself, or where it is on its way."""
        if picture.drawn_at:
            photo = Photo(key=picture.key, width=picture.width, height=picture.height)
            source = catalog.photo_address(photo, photo.widths[0], "webp")
            return format_html('<img src="{}" alt="" width="{}">', source, _THUMB)
        fault = picture.fault_vi if language() == "vi" else picture.fault_en
        return fault or str(_("is being prepared"))


def save_pictures(formset: Any, *, sku: str, now: datetime) -> None:
    """What was filled in, through the face."""
    for form in formset.deleted_forms:
        if not form.instance._state.adding:
            catalog.remove_picture(picture=form.instance.pk, now=now)
    for form in formset.forms:
        if form in formset.deleted_forms or not form.has_changed():
            continue
        fields = form.cleaned_data
        words = {"alt_en": fields["alt_en"], "alt_vi": fields["alt_vi"], "position": fields["position"]}
        if form.instance._state.adding:
            new = NewPicture(sku=sku, content=fields["file"], source=fields["source"], **words)
            catalog.add_picture(new=new, now=now)
        else:
            catalog.change_picture(change=PictureChange(id=form.instance.pk, **words))
