"""Pictures that somebody sends: what they are is said by their content, and only their pixels are believed.

Opened within bounds, turned the right way up, of several frames the first, in the colours of screens, and without
anything that a camera wrote about them.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from grocery.kernel.errors import DomainError

if TYPE_CHECKING:
    from PIL.Image import Image

#: What phones send; more pixels than this is a bomb, not a photo.
LARGEST_FILE: Final = 12 * 1024 * 1024
LARGEST_PICTURE: Final = 60_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")


class NotAPicture(DomainError):
    """What was sent is no picture that we take."""

    code = "not_a_picture"
    field = "file"
    en = "This is not a JPEG, PNG, WebP, AVIF or GIF picture of at most 12 MB and 60 megapixels."
    vi = "Đây không phải ảnh JPEG, PNG, WebP, AVIF hoặc GIF tối đa 12 MB và 60 megapixel."


def check(content: bytes, *, formats: tuple[str, ...] = FORMATS) -> None:
    """Look at what a picture says of itself, which is quick. Raises NotAPicture."""
    _open(content, formats, side=0, whole=False)


def upright(content: bytes, *, side: int, formats: tuple[str, ...] = FORMATS) -> Image:
    """The picture with no side longer than `side`, as RGB, or RGBA where one sees through it. Raises NotAPicture."""
    return _open(content, formats, side=side, whole=True)


def _open(content: bytes, formats: tuple[str, ...], *, side: int, whole: bool) -> Image:
    from PIL import Image, ImageOps, UnidentifiedImageError  # its codecs take a while to load

    if len(content) > LARGEST_FILE:
        raise NotAPicture
    try:
        with Image.open(io.BytesIO(content), formats=formats) as picture:
            if picture.width * picture.height > LARGEST_PICTURE:
                raise NotAPicture
            if not whole:
                return picture
            picture.draft("RGB", (side, side))
            turned = _for_screens(ImageOps.exif_transpose(picture))
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise NotAPicture from error
    turned.thumbnail((side, side), Image.Resampling.LANCZOS)
    plain = Image.new(turned.mode, turned.size)
    plain.paste(turned)
    return plain


def _for_screens(picture: Image) -> Image:
    """RGB or RGBA; 16 bits become 8, colours of a profile those of sRGB."""
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    if picture.mode.startswith(("I", "F")):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    see_through = "A" in picture.getbands() or "transparency" in picture.info
    plain = picture if picture.mode in {"RGB", "CMYK"} else picture.convert("RGBA" if see_through else "RGB")
    if profile and plain.mode in {"RGB", "CMYK"}:
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(plain, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):  # a profile that does not fit says nothing
            turned = None
        plain = turned or plain
    return plain if plain.mode == "RGBA" else plain.convert("RGB")
