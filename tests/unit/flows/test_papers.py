"""Many labels in one file: each once, in their order."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from b24app.flows.papers import Merged, merged
from sandbox.kernel.pdf import label_pdf


def label(name: str, pages: int = 1) -> bytes:
    return label_pdf([(f"{name}-{n}", [name]) for n in range(pages)], "A6")


def texts(content: bytes) -> list[str]:
    return [page.extract_text().strip() for page in PdfReader(io.BytesIO(content)).pages]


def test_every_label_is_there_once_and_in_its_order() -> None:
    first, second, third = label("one"), label("two", 2), label("three")
    assert texts(merged([first, second, first, third, second]).content) == ["one", "two", "two", "three"]


def test_five_hundred_labels() -> None:
    assert len(PdfReader(io.BytesIO(merged(label(f"n{n}") for n in range(500)).content)).pages) == 500


@pytest.mark.parametrize("broken", [b"", b"%PDF-1.4\nnothing", b"<html>error</html>", label("x")[:200]])
def test_a_file_that_is_no_pdf_is_named_and_holds_up_no_other(broken: bytes) -> None:
    found = merged([label("one"), broken, label("two")])
    assert found.unreadable == (1,)
    assert texts(found.content) == ["one", "two"]
    assert merged([broken]) == Merged(b"", (0,))


def test_nothing_is_nothing() -> None:
    assert merged([]) == Merged(b"")
