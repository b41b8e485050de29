"""Presses inside a portal's frame.

A frame is a process of its own: where it lies in the portal's page is known to the browser from what both painted last.
A press in the moment after a scroll, or after either of them grew, is aimed at where something had been, and nobody
hears of it. So whatever is pressed is brought into view first, and both paint before the press."""

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


PRESSES = ("click", "check", "uncheck")


@pytest.fixture(scope="session", autouse=True)
def aimed() -> Iterator[None]:
    """For all tests of pages."""
    with pytest.MonkeyPatch.context() as patch:
        for name in PRESSES:
            patch.setattr(Locator, name, _aimed(getattr(Locator, name)))
        yield


def _aimed(real: Callable[..., None]) -> Callable[..., None]:
    def press(self: Locator, **how: Any) -> None:
        if len(self.page.frames) > 1:
            _settle(self)
        real(self, **how)

    return press


def _settle(locator: Locator) -> None:
    """What cannot be brought into view is the press's to complain of."""
    try:
        locator.scroll_into_view_if_needed(timeout=1000)
        locator.page.evaluate(PAINTED)
        locator.evaluate(PAINTED, timeout=1000)
    except Error:
        return
