"""Pictures as phones take them."""

from __future__ import annotations

import io

from PIL import Image

#: Words of what a phone writes beside the picture.
SECRETS = (b"Exif", b"GPS", b"Pixel 9", b"Samsung", b"Olga", b"<x:xmpmeta", b"ICC_PROFILE", b"MPF")
_ORIENTATION, _MODEL, _GPS = 274, 272, 34853


def taken(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", turned: int = 6) -> bytes:
    """Red on the left, blue on the right as the sensor saw it, with where, when and with what it was taken."""
    image = Image.new("RGB", size, "blue")
    image.paste(Image.new("RGB", (size[0] // 2, size[1]), "red"))
    image = image.convert(mode)
    exif = Image.Exif()
    exif[_ORIENTATION], exif[_MODEL] = turned, "Pixel 9"
    exif[_GPS] = {1: "N", 2: (55.0, 45.0, 20.0), 3: "E", 4: (37.0, 37.0, 2.0)}
    out = io.BytesIO()
    image.save(out, kind, exif=exif, **({"comment": b"Olga", "xmp": b"<x:xmpmeta/>"} if kind == "JPEG" else {}))
    return out.getvalue()
