"""Charts as inline SVG: shapes with classes of `app.css`, twice: for a desk and for a phone. Pure; drawn by
`templates/macros/charts.html`."""

from placements.charts.bars import Bar, bars
from placements.charts.columns import Column, columns
from placements.charts.drawing import Chart, Drawing
from placements.charts.lines import Line, lines

__all__ = ["Bar", "Chart", "Column", "Drawing", "Line", "bars", "columns", "lines"]
