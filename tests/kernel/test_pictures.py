"""Pictures that somebody sends: bounded, upright, plain."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageCms, features

from grocery.kernel import pictures

GREEN, RED = (30, 160, 60), (200, 30, 30)


def sent(
    kind: str = "PNG", *, size: tuple[int, int] = (40, 30), mode: str = "RGB", colour: Any = GREEN, **more: Any
) -> bytes:
    """A picture of one colour, its left half red."""
    picture = Image.new(mode, size, colour)
    if mode == "RGB":
        picture.paste(RED, (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    picture.save(file, kind, **more)
    return file.getvalue()


def near(picture: Image.Image, place: tuple[int, int], colour: tuple[int, ...]) -> bool:
    found: Any = picture.getpixel(place)
    return all(abs(one - other) < 30 for one, other in zip(found, colour, strict=False))


@pytest.mark.parametrize("kind", pictures.FORMATS)
def test_each_format_is_opened_by_its_content(kind: str):
    assert kind != "AVIF" or features.check("avif")
    picture = pictures.upright(sent(kind), side=100)
    assert (picture.mode, picture.size, near(picture, (35, 15), GREEN)) == ("RGB", (40, 30), True)


def test_it_is_turned_the_right_way_up_and_forgets_what_the_camera_wrote():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held a quarter to the right
    exif[0x9286] = "at home, 10.77,106.70"
    picture = pictures.upright(sent("JPEG", exif=exif, comment=b"at home"), side=100)
    assert (picture.size, near(picture, (15, 3), RED), near(picture, (15, 36), GREEN)) == ((30, 40), True, True)
    assert (dict(picture.getexif()), picture.info) == ({}, {})


def test_no_side_is_longer_than_asked_for():
    assert pictures.upright(sent("JPEG", size=(900, 300)), side=300).size == (300, 100)


@pytest.mark.parametrize(
    ("mode", "kind", "colour", "more", "kept"),
    [
        ("RGBA", "PNG", (*GREEN, 0), {}, "RGBA"),
        ("LA", "PNG", (90, 0), {}, "RGBA"),
        ("P", "PNG", 0, {"transparency": 0}, "RGBA"),
        ("P", "GIF", 0, {}, "RGB"),
        ("L", "JPEG", 90, {}, "RGB"),
        ("1", "PNG", 1, {}, "RGB"),
        ("CMYK", "JPEG", (0, 0, 0, 0), {}, "RGB"),
        ("I;16", "PNG", 40_000, {}, "RGB"),
    ],
)
def test_colours_become_those_of_screens(mode: str, kind: str, colour: Any, more: dict[str, Any], kept: str):
    assert pictures.upright(sent(kind, mode=mode, colour=colour, **more), side=100).mode == kept


def test_sixteen_bits_become_eight():
    assert pictures.upright(sent(mode="I;16", colour=0x8000), side=100).getpixel((1, 1)) == (128, 128, 128)


def test_a_profile_of_colours_is_gone_with_its_colours_kept():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = pictures.upright(sent("JPEG", icc_profile=profile), side=100)
    assert ("icc_profile" in picture.info, near(picture, (35, 15), GREEN)) == (False, True)


def test_a_profile_that_is_none_does_no_harm():
    assert near(pictures.upright(sent("PNG", icc_profile=b"nonsense"), side=100), (35, 15), GREEN)


def test_of_what_moves_the_first_frame_is_taken():
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, GREEN)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    assert near(pictures.upright(file.getvalue(), side=100), (5, 5), RED)


def svg() -> bytes:
    return b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def bomb() -> bytes:
    return sent(size=(10_000, 6_001))


def too_large() -> bytes:
    return sent() + b"\0" * pictures.LARGEST_FILE


def another_format() -> bytes:
    return sent("TIFF")


@pytest.mark.parametrize("wrong", [bytes, svg, bomb, too_large, another_format])
def test_what_is_no_picture_of_ours_is_refused_at_a_glance(wrong: Callable[[], bytes]):
    with pytest.raises(pictures.NotAPicture):
        pictures.check(wrong())
    with pytest.raises(pictures.NotAPicture):
        pictures.upright(wrong(), side=100)


@pytest.mark.parametrize("kind", pictures.FORMATS)
def test_what_is_cut_short_is_refused(kind: str):
    whole = sent(kind, size=(300, 200))
    with pytest.raises(pictures.NotAPicture):
        pictures.upright(whole[: len(whole) * 2 // 3], side=100)
