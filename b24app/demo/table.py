"""The table at the end of a headless demo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b24app.demo.teller import Story

HEAD = ("deal", "order", "tracking", "status", "problem", "s to number", "")


def draw(stories: Sequence[Story]) -> str:
    """Columns as wide as what stands in them."""
    rows = [HEAD, *(_row(story) for story in stories)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(["", lines[0], "  ".join("-" * width for width in widths), *lines[1:], ""])


def _row(story: Story) -> tuple[str, ...]:
    seconds = f"{story.seconds:.1f}" if story.seconds is not None else "–"
    verdict = (
        "as it should" if story.as_it_should else f"EXPECTED {story.wanted or 'a problem'} {' '.join(story.fields)}"
    )
    return (
        str(story.deal_id),
        story.number or "–",
        story.tracking or "–",
        story.status or "–",
        story.problem or "–",
        seconds,
        verdict,
    )
