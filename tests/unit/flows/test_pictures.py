"""What is kept of a photo is a picture, upright, and nothing else."""

from __future__ import annotations

import io
import os
import struct
import zlib

import pytest
from PIL import Image

from b24app.flows import files
from b24app.flows.pictures import SIDE, NoPictureError, clean
from tests.unit.pictures import SECRETS, taken


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def claims(width: int, height: int) -> bytes:
    """A PNG of some bytes that says that it is so large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def scanned(times: int) -> bytes:
    """A JPEG whose last scan comes so often: each is some bytes, and one look more at every point."""
    out = io.BytesIO()
    Image.new("L", (64, 64)).save(out, "JPEG", progressive=True)
    content = out.getvalue()
    return content[:-2] + content[content.rindex(b"\xff\xda") : -2] * times + content[-2:]


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGB"), ("PNG", "RGBA"), ("JPEG", "CMYK")])
def test_where_and_with_what_it_was_taken_is_gone_and_it_stands_upright(kind: str, mode: str) -> None:
    sent = taken(kind, mode=mode)
    assert sum(secret in sent for secret in (b"Exif", b"eXIf", b"Pixel 9")) >= 2
    found = clean(sent)
    assert not [secret for secret in (*SECRETS, b"eXIf", b"tEXt") if secret in found.content]
    image = opened(found.content)
    assert (found.media_type, image.size, dict(image.getexif())) == (f"image/{kind.lower()}", (40, 60), {})
    top, bottom = (image.convert("RGB").getpixel((20, y)) for y in (5, 55))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[0] > 150 > top[2], bottom[2] > 150 > bottom[0]) == (True, True)
    assert clean(found.content).media_type == found.media_type


def test_a_picture_that_comes_in_pieces_is_one() -> None:
    assert clean(scanned(0)).media_type == files.JPEG


def test_all_eight_ways_to_hold_a_phone() -> None:
    for turned in range(1, 9):
        size = opened(clean(taken(turned=turned)).content).size
        assert size == ((60, 40) if turned < 5 else (40, 60))


def test_a_large_one_is_made_smaller_and_a_heavy_png_a_jpeg() -> None:
    out = io.BytesIO()
    Image.frombytes("RGBA", (760, 760), os.urandom(760 * 760 * 4)).save(out, "PNG", compress_level=0)
    heavy = clean(out.getvalue())
    assert (heavy.media_type, opened(heavy.content).size) == (files.JPEG, (760, 760))
    wide = opened(clean(taken(size=(5200, 20), turned=1)).content)
    assert wide.size[0] == SIDE


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (b"GIF89a", "kind"),
        (b"\xff\xd8\xff picture", "broken"),
        (taken()[:-200], "broken"),
        (scanned(40), "broken"),
        (claims(100, 100), "broken"),
        (claims(6000, 6000), "points"),
        (claims(12_000, 12_000), "points"),
        (claims(60_000, 60_000), "points"),
    ],
)
def test_what_is_none_says_why(content: bytes, code: str) -> None:
    with pytest.raises(NoPictureError) as caught:
        clean(content)
    assert caught.value.code == code
