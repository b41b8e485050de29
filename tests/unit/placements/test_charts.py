"""Charts: round axes, bars and columns as long as their numbers, names that do not touch; nothing outside of them."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from placements.charts import Bar, Chart, Column, Drawing, Line, bars, columns, lines
from placements.charts.drawing import Dot, Rect, Text, scale

SIZES = st.lists(st.integers(0, 100_000), min_size=1, max_size=60)


def rects(drawing: Drawing) -> list[Rect]:
    return [each for each in drawing.marks if isinstance(each, Rect)]


def texts(drawing: Drawing, kind: str) -> list[Text]:
    return [each for each in drawing.marks if isinstance(each, Text) and each.kind == kind]


def within(chart: Chart) -> None:
    for drawing in (chart.wide, chart.phone):
        for each in drawing.marks:
            if isinstance(each, Rect):
                assert each.x >= 0 and each.y >= 0 and each.width > 0 and each.height > 0
                assert each.x + each.width <= drawing.width and each.y + each.height <= drawing.height
            elif isinstance(each, Text | Dot):
                assert 0 <= each.x <= drawing.width and 0 <= each.y <= drawing.height


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(2, 8))
def test_an_axis_covers_everything_in_round_steps(low: int, more: int, most: int) -> None:
    ticks = scale(low, low + more, most)
    assert ticks[0] <= low and ticks[-1] >= low + more
    assert 2 <= len(ticks) <= most
    steps = {after - before for before, after in itertools.pairwise(ticks)}
    assert len(steps) == 1
    assert str(steps.pop()).rstrip("0") in {"1", "2", "25", "5"}


@given(SIZES)
def test_columns_are_as_high_as_their_numbers(sizes: list[int]) -> None:
    chart = columns([Column(str(n), size) for n, size in enumerate(sizes)], "said", str)
    within(chart)
    top = scale(0, max(sizes))[-1]
    for drawing in (chart.wide, chart.phone):
        drawn = rects(drawing)
        assert len(drawn) == sum(size > 0 for size in sizes)
        for rect, size in zip(drawn, [size for size in sizes if size], strict=True):
            assert abs(rect.height - 152 * size / top) <= 2
        names = [each for each in texts(drawing, "axis") if each.y == 200]
        assert names[-1].text == str(len(sizes) - 1)
        places = [each.x for each in names]
        assert all(after - before >= 14 for before, after in itertools.pairwise(places))


def test_columns_name_the_middle() -> None:
    rows = [Column("0–1", 10.5), Column("1–2", 89.5, "grey", "89,5")]
    chart = columns(rows, "said", lambda value: f"{value} %", (0.5, "half"), whole=False)
    assert [each.text for each in texts(chart.wide, "value")] == ["89,5", "half"]
    assert [each.tone for each in rects(chart.phone)] == ["", "grey"]
    late = columns(rows, "said", str, (1.9, "half"))
    assert texts(late.wide, "value")[-1].anchor == "end"


@given(st.lists(st.integers(0, 100), min_size=1, max_size=9))
def test_bars_lie_as_long_as_their_shares(shares: list[int]) -> None:
    chart = bars([Bar(f"Carrier {n}", share, f"{share} %", "9 pcs") for n, share in enumerate(shares)], "said", 90)
    within(chart)
    for drawing, room in ((chart.wide, 346), (chart.phone, 264)):
        drawn = rects(drawing)
        assert [each.width for each in drawn] == [max(2, round(room * share / 100)) for share in shares]
        assert [each.tone for each in drawn] == ["amber" if share < 90 else "" for share in shares]
    assert chart.phone.height > chart.wide.height


def test_long_names_are_cut() -> None:
    chart = bars([Bar("Очень длинное имя перевозчика посылок", 50, "50 %")], "said")
    assert [each.text for each in texts(chart.wide, "label")] == ["Очень длинное имя…"]
    assert [each.tone for each in rects(chart.wide)] == [""]


@given(st.lists(st.tuples(st.floats(0, 9999), st.floats(0, 9999)), min_size=1, max_size=30))
def test_lines_end_beside_their_values(points: list[tuple[float, float]]) -> None:
    rows = [
        Line("billed", [first for first, _ in points], "486 ₽"),
        Line("quoted", [last for _, last in points], "449 ₽"),
    ]
    chart = lines(rows, [f"{n} нояб" for n in range(len(points))], "said", str)
    within(chart)
    for drawing in (chart.wide, chart.phone):
        ends = texts(drawing, "value")
        assert [each.text for each in ends] == ["486 ₽", "449 ₽"]
        assert abs(ends[0].y - ends[1].y) >= 24
        assert [each.kind for each in drawing.marks if isinstance(each, Dot)] == ["line", "dashed"]
