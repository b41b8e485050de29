"""What a page asks by itself says so: it takes no notice away, and is nobody's press (static/js/waybill.js)."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[3] / "templates"
#: An element that asks by a clock, or once more in a moment: all of its beginning, whatever Jinja writes in it.
_ASKS = re.compile(
    r'<(\w+)(?:\{%.*?%\}|\{\{.*?\}\}|[^<>])*?hx-trigger="(?:every|load delay)(?:\{%.*?%\}|\{\{.*?\}\}|[^<>])*>'
)


def test_whatever_asks_by_itself_is_quiet() -> None:
    found = [(path.name, each) for path in TEMPLATES.rglob("*.html") for each in _ASKS.finditer(path.read_text())]
    assert len(found) >= 8
    assert [name for name, each in found if "data-quiet" not in each[0]] == []
