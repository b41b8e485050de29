"""A small real PDF with text and a Code 128 barcode, enough to be opened, printed and scanned."""

from __future__ import annotations

from collections.abc import Sequence

_DIGITS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222"
    "123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321"
    "232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121"
    "313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224"
    "111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111"
    "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113"
    "114311411113411311113141114131311141411131211412211214211232"
)
# Widths of bars and gaps: six a symbol, and the stop symbol with its closing bar.
_PATTERNS = (*(_DIGITS[at : at + 6] for at in range(0, len(_DIGITS), 6)), "2331112")
_START_B, _STOP = 104, 106

_SIZES = {"A4": (595, 842), "A5": (420, 595), "A6": (298, 420), "A7": (210, 298)}
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        ("a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch _ y _ e yu ya").replace("_", "").split(" "),
        strict=True,
    )
)


def label_pdf(pages: Sequence[tuple[str, Sequence[str]]], size: str = "A4") -> bytes:
    """One page per (code to draw as a barcode, lines of text)."""
    width, height = _SIZES[size]
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for code, lines in pages:
        content = _content(code, lines, width, height)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {len(objects)} 0 R"
        objects.append((page + " /Resources << /Font << /F1 3 0 R >> >> >>").encode())
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode()
    return _assemble(objects)


def barcode_widths(text: str) -> str:
    """Widths of bars and gaps of Code 128, set B, with checksum. Raises ValueError outside printable ASCII."""
    values = [ord(letter) - 32 for letter in text]
    if not all(0 <= value < 95 for value in values):
        raise ValueError(f"not printable ASCII: {text!r}")
    check = (_START_B + sum(place * value for place, value in enumerate(values, start=1))) % 103
    return "".join(_PATTERNS[value] for value in (_START_B, *values, check, _STOP))


def _content(code: str, lines: Sequence[str], width: int, height: int) -> bytes:
    parts = _bars(code, width, height)
    top = height - 95
    for number, line in enumerate(lines):
        parts.append(f"BT /F1 9 Tf 14 {top - 13 * number} Td ({_plain(line)}) Tj ET")
    return "\n".join(parts).encode("ascii")


def _bars(code: str, width: int, height: int) -> list[str]:
    widths = [int(unit) for unit in barcode_widths(code)]
    module = min(1.6, (width - 28) / sum(widths))
    parts, left = [], 14.0
    for index, units in enumerate(widths):
        if index % 2 == 0:
            parts.append(f"{left:.2f} {height - 74} {units * module:.2f} 56 re f")
        left += units * module
    return parts


def _plain(line: str) -> str:
    # The built-in fonts of a PDF have no Cyrillic.
    out = "".join(_letter(letter) for letter in line).encode("ascii", "replace").decode()
    return out.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _letter(letter: str) -> str:
    lowered = letter.lower()
    found = _CYRILLIC.get(lowered, letter)
    return found.capitalize() if letter != lowered else found


def _assemble(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
