"""Many labels in one file: each once, in their order."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from b24app.flows.papers import UnreadablePaperError, merged
from sandbox.cdek.pdf import label_pdf


def label(name: str, pages: int = 1) -> bytes:
    return label_pdf([(f"{name}-{n}", [name]) for n in range(pages)], "A6")


def texts(content: bytes) -> list[str]:
    return [page.extract_text().strip() for page in PdfReader(io.BytesIO(content)).pages]


def test_every_label_is_there_once_and_in_its_order() -> None:
    first, second, third = label("one"), label("two", 2), label("three")
    assert texts(merged([first, second, first, third, second])) == ["one", "two", "two", "three"]


def test_five_hundred_labels() -> None:
    assert len(PdfReader(io.BytesIO(merged(label(f"n{n}") for n in range(500)))).pages) == 500


@pytest.mark.parametrize("broken", [b"", b"%PDF-1.4\nnothing", b"<html>error</html>", label("x")[:200]])
def test_a_file_that_is_no_pdf_is_named(broken: bytes) -> None:
    with pytest.raises(UnreadablePaperError) as caught:
        merged([label("one"), broken])
    assert caught.value.index == 1


def test_nothing_is_nothing() -> None:
    with pytest.raises(ValueError, match="no files"):
        merged([])
