"""Presses inside a portal's frame.

A frame is a process of its own: where it lies in the portal's page is known to the browser from what both painted last.
A press in the moment after a scroll, or after either of them grew, is aimed at where something had been, and nobody
hears of it. So whatever is pressed is brought into view first, and both paint before the press.

A file is chosen as a person does it: the keyboard is in its field before the file is there. A part that asks after news
holds still from then on; before, it may be drawn anew between the look for its field and the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Error, Locator

# A frame out of sight paints nothing: it is not waited for long.
PAINTED = """() => new Promise(done => {
    setTimeout(done, 500);
    requestAnimationFrame(() => requestAnimationFrame(done));
})"""


# What stands fixed in a frame that is taller than the window is scrolled to by hand: scrolling it into view stops at
# the frame's own edge.
INTO_VIEW = f"""box => {{
    if (box && (box.y < 0 || box.y + box.height > innerHeight)) {{
        scrollBy(0, box.y + box.height / 2 - innerHeight / 2);
    }}
    return ({PAINTED})();
}}"""
PRESSES = ("click", "dblclick", "check", "uncheck")


@pytest.fixture(scope="session", autouse=True)
def aimed() -> Iterator[None]:
    """For all tests of pages."""
    with pytest.MonkeyPatch.context() as patch:
        for name in PRESSES:
            patch.setattr(Locator, name, _aimed(getattr(Locator, name)))
        patch.setattr(Locator, "set_input_files", _focused(Locator.set_input_files))
        yield


def _aimed(real: Callable[..., None]) -> Callable[..., None]:
    def press(self: Locator, **how: Any) -> None:
        if len(self.page.frames) > 1:
            settle(self)
        real(self, **how)

    return press


def _focused(real: Callable[..., None]) -> Callable[..., None]:
    def choose(self: Locator, *files: Any, **how: Any) -> None:
        self.focus()
        real(self, *files, **how)

    return choose


def settle(locator: Locator) -> None:
    """What cannot be brought into view is the press's to complain of."""
    try:
        locator.scroll_into_view_if_needed(timeout=1000)
        locator.page.evaluate(INTO_VIEW, locator.bounding_box(timeout=1000))
        locator.evaluate(PAINTED, timeout=1000)
    except Error:
        return
