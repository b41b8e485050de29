"""A photo that somebody sends us, as it is kept: drawn anew, upright, with nothing beside the picture. Pure.

A phone writes into its photos where and when they were taken, with what, often a second picture, and how to turn them.
Only a file written anew is sure to have none of it. Pillow reads JPEG and PNG here and nothing else, and only what is
no larger than a phone's picture: a small file may claim to be an enormous one."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass

from PIL import Image, ImageOps

from b24app.flows import files

#: Points of a picture at most: a JPEG is unpacked to a smaller one at once, a PNG as it is.
MOST_POINTS = {files.JPEG: 52_000_000, files.PNG: 26_000_000}
#: A JPEG goes over all its points once a scan: programs write ten at most, a second picture beside it has its own. A
#: few bytes more a scan would keep a reader busy for hours.
MOST_SCANS = 32
_SCAN = b"\xff\xda"
#: The longer side of what is kept; a stain is still seen.
SIDE = 2560
#: A PNG that is drawn anew is at most so large, else it becomes a JPEG.
MOST_PNG = 2 * 1024 * 1024
_QUALITY = 88
_FORMATS = {files.JPEG: "JPEG", files.PNG: "PNG"}
#: One at a time in a process: a picture takes up to 150 MB while it is unpacked.
_turn = threading.Lock()


class NoPictureError(ValueError):
    """`code`: kind (neither JPEG nor PNG) | points (too many) | broken (it cannot be drawn)."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    media_type: str


def clean(content: bytes) -> Picture:
    """The picture alone. Half a second of one core for a phone's photo: never within a transaction. Raises
    NoPictureError."""
    kind = files.media_type(content)
    if kind not in _FORMATS:
        raise NoPictureError("kind", "neither JPEG nor PNG")
    if kind == files.JPEG and content.count(_SCAN) > MOST_SCANS:
        raise NoPictureError("broken", f"{content.count(_SCAN)} scans")
    with _turn:
        try:
            return _drawn(content, kind)
        except NoPictureError:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise NoPictureError("points", str(error)) from error
        except Exception as error:  # what is broken breaks its readers in many ways
            raise NoPictureError("broken", f"{type(error).__name__}: {error}") from error


def _drawn(content: bytes, kind: str) -> Picture:
    with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as found:
        if found.width * found.height > MOST_POINTS[kind]:
            raise NoPictureError("points", f"{found.width} x {found.height}")
        found.draft("RGB", (SIDE, SIDE))
        found.load()
        image = ImageOps.exif_transpose(found)
    clear = kind == files.PNG and ("A" in image.mode or "transparency" in image.info)
    image = image.convert("RGBA" if clear else "RGB")
    image.thumbnail((SIDE, SIDE))
    image.info.clear()
    if kind == files.PNG and len(png := _written(image, files.PNG)) <= MOST_PNG:
        return Picture(png, files.PNG)
    if clear:
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    return Picture(_written(image, files.JPEG), files.JPEG)


def _written(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, _FORMATS[kind], **({"quality": _QUALITY} if kind == files.JPEG else {}))
    return out.getvalue()
