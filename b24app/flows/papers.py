"""Many print forms as one file, for printing in one go. Pure."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError


class UnreadablePaperError(ValueError):
    """A file that cannot be read as a PDF; `index` says which one of those given (from 0)."""

    def __init__(self, index: int, why: str) -> None:
        super().__init__(f"file {index}: {why}")
        self.index = index


def merged(files: Iterable[bytes]) -> bytes:
    """All pages of all PDFs in their order as one PDF. The very same file given twice is printed once: a label on two
    parcels is a parcel that travels twice. Their forms, scripts and bookmarks stay behind. Raises UnreadablePaperError;
    ValueError for no files."""
    writer, seen = PdfWriter(), set[bytes]()
    for index, content in enumerate(files):
        digest = hashlib.sha256(content).digest()
        if digest in seen:
            continue
        seen.add(digest)
        try:
            for page in PdfReader(io.BytesIO(content)).pages:
                writer.add_page(page)
        except (PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise UnreadablePaperError(index, f"{type(error).__name__}: {error}") from error
    if not seen:
        raise ValueError("no files")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()
