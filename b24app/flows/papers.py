"""Many print forms as one file, for printing in one go. Pure."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError


@dataclass(frozen=True, slots=True)
class Merged:
    """One PDF; `unreadable` are the places (from 0) of files that are none and are not in it. `content` is empty when
    no file could be read."""

    content: bytes
    unreadable: tuple[int, ...] = ()


def merged(files: Iterable[bytes]) -> Merged:
    """All pages of all PDFs in their order as one PDF. The very same file given twice is printed once: a label on two
    parcels is a parcel that travels twice. Their forms, scripts and bookmarks stay behind. A file that cannot be read
    holds up no other."""
    writer, seen, unreadable = PdfWriter(), set[bytes](), list[int]()
    for index, content in enumerate(files):
        digest = hashlib.sha256(content).digest()
        if digest in seen:
            continue
        before = len(writer.pages)
        try:
            for page in PdfReader(io.BytesIO(content)).pages:
                writer.add_page(page)
        except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
            while len(writer.pages) > before:  # half a label is no label
                writer.remove_page(len(writer.pages) - 1)
            unreadable.append(index)
            continue
        if len(writer.pages) == before:
            unreadable.append(index)
            continue
        seen.add(digest)
    if not seen:
        return Merged(b"", tuple(unreadable))
    stream = io.BytesIO()
    writer.write(stream)
    return Merged(stream.getvalue(), tuple(unreadable))


def pages(content: bytes) -> int:
    """How many pages a PDF has; 0 for what is none."""
    try:
        return len(PdfReader(io.BytesIO(content)).pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return 0
