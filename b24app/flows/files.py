"""Files that people give us or open: what they are by their content, and names that do no harm. Pure."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ANY = "application/octet-stream"
#: What a browser may show by itself: nothing in it can act for the page.
SHOWN = frozenset({PDF, JPEG, PNG})
#: A person's file is at most so large.
MOST_BYTES = 10 * 1024 * 1024
_BEGINS = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_ENDS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
_BAD = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_LONGEST = 120


def media_type(content: bytes) -> str:
    """By content alone, whatever anybody calls it; "" = none of those that we know."""
    return next((kind for begin, kind in _BEGINS if content.startswith(begin)), "")


def safe_name(name: str, kind: str = "") -> str:
    """A file's name without paths, control characters and signs that some system forbids. `kind`: a media type whose
    usual ending it is to have."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in plain if unicodedata.category(sign) not in ("Cf", "Cc", "Co", "Cn"))
    plain = " ".join(_BAD.sub("_", plain).split()).strip(". ")
    end = _ENDS.get(kind, "")
    if not end:
        return plain[:_LONGEST] or "file"
    stem = plain
    for each in (end, ".jpeg"):
        stem = stem[: -len(each)] if stem.lower().endswith(each) else stem
    return (stem.strip(". ")[: _LONGEST - len(end)] or "file") + end


def disposition(name: str, shown: bool) -> str:
    """The header `Content-Disposition` (RFC 6266): the name for all, and for those who read ASCII alone."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", plain).strip("._") or "file"
    how = "inline" if shown else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
