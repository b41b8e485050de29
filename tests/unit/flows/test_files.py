"""What a file is by its content, and names that do no harm."""

from __future__ import annotations

import pytest

from b24app.flows.files import JPEG, PDF, PNG, disposition, media_type, safe_name


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4 ...", PDF),
        (b"\xff\xd8\xff\xe0 ...", JPEG),
        (b"\x89PNG\r\n\x1a\n ...", PNG),
        (b"<html><script>alert(1)</script>", ""),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ""),
        (b" %PDF-1.4", ""),
        (b"GIF89a", ""),
        (b"PK\x03\x04", ""),
        (b"", ""),
    ],
)
def test_only_the_content_says_what_it_is(content: bytes, kind: str) -> None:
    assert media_type(content) == kind


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("Накладная 12.pdf", PDF, "Накладная 12.pdf"),
        ("scan.PDF", PDF, "scan.pdf"),
        ("photo.jpeg", JPEG, "photo.jpg"),
        ("photo.exe", JPEG, "photo.exe.jpg"),
        ("page.html", "", "page.html"),
        ("C:\\Users\\Анна\\счёт.pdf", PDF, "счёт.pdf"),
        ("../../etc/passwd", "", "passwd"),
        ("a\r\nSet-Cookie: x=1.pdf", PDF, "aSet-Cookie_ x=1.pdf"),
        ("evil\u202efdp.exe", "", "evilfdp.exe"),
        ('a"b<c>|d?.png', PNG, "a_b_c_d_.png"),
        ("", PDF, "file.pdf"),
        ("...", "", "file"),
        ("д" * 300 + ".pdf", PDF, "д" * 116 + ".pdf"),
    ],
)
def test_names(name: str, kind: str, safe: str) -> None:
    assert safe_name(name, kind) == safe


def test_a_header_says_the_name_to_everybody() -> None:
    assert disposition("Акт 7.pdf", shown=True) == (
        "inline; filename=\"7.pdf\"; filename*=UTF-8''%D0%90%D0%BA%D1%82%207.pdf"
    )
    assert disposition("«»", shown=False).startswith('attachment; filename="file"; ')
    assert "\n" not in disposition("a\nb", shown=False)
