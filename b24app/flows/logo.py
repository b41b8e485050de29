"""A shop's picture for its clients' pages and letters: a PNG that holds a picture and nothing else. Pure.

It is shown to strangers in the shop's name, so that it is not kept as it came: its parts are read by PNG (third
edition, W3C 2025), and a new file is written of those that make the picture. Texts, profiles, dates, animations and
whatever stands behind the end are gone. What a browser draws differently (interlaced) is not taken: our page draws
any picture anew as a plain PNG before it is sent."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

SIGN = b"\x89PNG\r\n\x1a\n"
#: Bytes of the file, and picture points of a side.
MOST_BYTES, MOST_SIDE, LEAST_SIDE = 200 * 1024, 1024, 16
#: Depths of each kind of colour, and values a point has.
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_VALUES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PALETTE = 3
_FILTERS = 5
_HEAD = 13


class NoLogoError(ValueError):
    """`code`: kind (no PNG, or a broken one) | big (bytes) | size (too many or too few points)."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Logo:
    content: bytes
    width: int
    height: int


def clean(content: bytes) -> Logo:
    """The picture alone. Raises NoLogoError."""
    if len(content) > MOST_BYTES:
        raise NoLogoError("big", f"{len(content)} bytes")
    if not content.startswith(SIGN):
        raise NoLogoError("kind", "no PNG")
    parts = dict.fromkeys((b"PLTE", b"tRNS"), b"")
    chunks = _chunks(content)
    kind, head = next(chunks, (b"", b""))
    if kind != b"IHDR" or len(head) != _HEAD:
        raise NoLogoError("kind", "no IHDR")
    width, height, depth, colour, packing, filtering, interlaced = struct.unpack(">IIBBBBB", head)
    if depth not in _DEPTHS.get(colour, ()) or packing or filtering or interlaced:
        raise NoLogoError("kind", f"depth {depth}, colour {colour}, interlaced {interlaced}")
    if not (LEAST_SIDE <= width <= MOST_SIDE and LEAST_SIDE <= height <= MOST_SIDE):
        raise NoLogoError("size", f"{width} x {height}")
    packed: list[bytes] = []
    for kind, data in chunks:
        if kind == b"IDAT":
            packed.append(data)
        elif kind in parts:
            parts[kind] = data
    _check_colours(colour, parts)
    points = _points(b"".join(packed), height, (width * depth * _VALUES[colour] + 7) // 8 + 1)
    kept = [_chunk(b"IHDR", head)]
    kept += [_chunk(kind, data) for kind, data in parts.items() if data]
    kept += [_chunk(b"IDAT", zlib.compress(points, 9)), _chunk(b"IEND", b"")]
    return Logo(SIGN + b"".join(kept), width, height)


def _check_colours(colour: int, parts: dict[bytes, bytes]) -> None:
    palette, clear = parts[b"PLTE"], parts[b"tRNS"]
    if colour == _PALETTE and (not palette or len(palette) % 3 or len(palette) > 768):
        raise NoLogoError("kind", "no palette")
    if colour != _PALETTE:
        parts[b"PLTE"] = b""  # only a hint there
    wanted = {0: 2, 2: 6, _PALETTE: len(palette) // 3}.get(colour, 0)
    if len(clear) > wanted or (colour != _PALETTE and clear and len(clear) != wanted):
        raise NoLogoError("kind", "transparency that the colours do not have")


def _points(packed: bytes, height: int, row: int) -> bytes:
    """Unpacked no further than the picture goes: a small file may claim to be an enormous one."""
    unpacking = zlib.decompressobj()
    try:
        points = unpacking.decompress(packed, row * height + 1)
    except zlib.error as error:
        raise NoLogoError("kind", str(error)) from error
    if len(points) != row * height or not unpacking.eof:
        raise NoLogoError("kind", "the picture is cut, or goes on behind its end")
    if any(points[at] >= _FILTERS for at in range(0, len(points), row)):
        raise NoLogoError("kind", "an unknown filter")
    return points


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each with its kind, until IEND. Raises NoLogoError for what is cut or damaged."""
    at = len(SIGN)
    while at + 12 <= len(content):
        size = int.from_bytes(content[at : at + 4])
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        check = content[at + 8 + size : at + 12 + size]
        if len(check) < 4 or zlib.crc32(kind + data) != int.from_bytes(check):
            raise NoLogoError("kind", "damaged")
        if kind == b"IEND":
            return
        yield kind, data
        at += 12 + size
    raise NoLogoError("kind", "no IEND")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
