"""What people type as weights and sides."""

from datetime import UTC, datetime

import pytest

from b24app.frames.formats import Formats
from b24app.frames.words import words
from placements.app.measures import DEFAULTS, MeasureError, read_side, read_sizes, read_weight, typed_back


@pytest.mark.parametrize(
    ("text", "grams"),
    [("", None), ("0", 0), ("500", 500), ("1 500", 1500), ("500 г", 500), ("1,5 кг", 1500), ("0.25kg", 250)],
)
def test_a_weight(text: str, grams: int | None) -> None:
    assert read_weight(text) == grams


@pytest.mark.parametrize(("text", "mm"), [("200", 200), ("20 см", 200), ("20,5cm", 205), ("1 м", 1000), (" ", None)])
def test_a_side(text: str, mm: int | None) -> None:
    assert read_side(text) == mm


@pytest.mark.parametrize(
    ("text", "why"),
    [("полкило", "weight"), ("-5", "weight"), ("5 см", "weight"), ("0,5", "weight"), ("2000 кг", "heavy")],
)
def test_a_weight_nobody_understands(text: str, why: str) -> None:
    with pytest.raises(MeasureError) as caught:
        read_weight(text)
    assert caught.value.why == why


def test_a_box_has_three_sides_or_none() -> None:
    whole = {"d_length_mm": "20 см", "d_width_mm": "150", "d_height_mm": "100", "d_weight_g": "1 кг"}
    sizes = {"length_mm": 200, "width_mm": 150, "height_mm": 100, "weight_g": 1000}
    assert read_sizes(whole, "d_", DEFAULTS) == (sizes, {})
    assert read_sizes({"d_length_mm": "200"}, "d_", DEFAULTS)[1] == {"d_width_mm": "box", "d_height_mm": "box"}
    assert read_sizes({"d_length_mm": "0"}, "d_", DEFAULTS) == ({"length_mm": 0, "width_mm": 0, "height_mm": 0}, {})


@pytest.mark.parametrize("text", ["1,5\xa0кг", "500\xa0г", "2\xa0кг", "0", ""])
def test_what_is_shown_can_be_typed_back(text: str) -> None:
    formats = Formats(words("ru"), UTC, datetime(2026, 11, 28, tzinfo=UTC))
    assert typed_back(read_weight(text), "weight_g", formats) == text
