"""A shop's picture: what is kept of it is a picture and nothing else."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from b24app.flows.logo import MOST_BYTES, SIGN, Logo, NoLogoError, clean


def part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def head(width: int = 32, height: int = 16, depth: int = 8, colour: int = 6, interlaced: int = 0) -> bytes:
    return part(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


def points(width: int = 32, height: int = 16, values: int = 4) -> bytes:
    return b"".join(b"\x01" + bytes(width * values) for _ in range(height))


def png(*extra: bytes, first: bytes = head(), data: bytes = points(), after: bytes = b"") -> bytes:
    packed = zlib.compress(data)
    halves = part(b"IDAT", packed[:5]) + part(b"IDAT", packed[5:])
    return SIGN + first + b"".join(extra) + halves + part(b"IEND", b"") + after


def test_only_the_picture_is_kept() -> None:
    texts = (part(b"tEXt", b"Author\0Olga"), part(b"eXIf", b"where it was taken"), part(b"iCCP", b"profile"))
    found = clean(png(*texts, after=b"<script>alert(1)</script>"))
    assert (found.width, found.height) == (32, 16)
    assert clean(found.content) == found
    assert not any(each in found.content for each in (b"Olga", b"taken", b"profile", b"script"))
    assert found == clean(png())


def test_a_palette_and_its_transparency_stay() -> None:
    colours, clear = part(b"PLTE", bytes(range(6))), part(b"tRNS", b"\x00")
    found = clean(png(colours, clear, first=head(colour=3), data=points(values=1)))
    assert colours in found.content
    assert clear in found.content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "kind"),
        (b"\xff\xd8\xff\xe0 a photo", "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "kind"),
        (SIGN + b"x" * MOST_BYTES, "big"),
        (SIGN, "kind"),
        (SIGN + part(b"IDAT", b""), "kind"),
        (png(first=head(width=8)), "size"),
        (png(first=head(height=2000)), "size"),
        (png(first=head(interlaced=1)), "kind"),
        (png(first=head(depth=3)), "kind"),
        (png(first=head(colour=5)), "kind"),
        (png(first=head(colour=3), data=points(values=1)), "kind"),
        (png(part(b"tRNS", b"\x00")), "kind"),
        (png(data=points(height=15)), "kind"),
        (png(data=points(height=17)), "kind"),
        (png(data=points().replace(b"\x01", b"\x09")), "kind"),
        (png()[:-12], "kind"),
        (png().replace(b"IDAT", b"IDAt"), "kind"),
        (SIGN + head() + part(b"IDAT", b"not packed") + part(b"IEND", b""), "kind"),
    ],
)
def test_what_is_no_plain_picture_is_not_taken(content: bytes, code: str) -> None:
    with pytest.raises(NoLogoError) as refused:
        clean(content)
    assert refused.value.code == code


def test_a_small_file_does_not_become_an_enormous_one() -> None:
    with pytest.raises(NoLogoError):
        clean(png(data=bytes(50_000_000)))


@given(some.binary(max_size=400), some.integers(0, 200))
def test_nothing_that_anybody_sends_is_more_than_refused(noise: bytes, at: int) -> None:
    good = png()
    try:
        found = clean(good[:at] + noise + good[at:])
    except NoLogoError:
        return
    assert isinstance(found, Logo)
