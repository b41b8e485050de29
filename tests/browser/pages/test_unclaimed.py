"""A parcel at a point in the deal's tab: until when it lies there and how many days are left."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages.watched import WIDTHS, Watched, open_page

#: State, language: the chip, the title, a part of the text.
SAID = {
    ("stored", "ru"): ("В пункте ещё 6 дней", "хранят ещё 6 дней", "хранит её бесплатно по ср, 18 ноября"),
    ("stored", "en"): ("At the point, 6 days left", "kept for 6 more days", "keeps it for free until Wed, 18 November"),
    ("at_point", "ru"): ("В пункте ещё 1 день", "Бесплатное хранение кончается завтра", "Позвоните клиенту сегодня"),
    ("at_point", "en"): ("At the point, 1 day left", "Free storage ends tomorrow", "Call the client today"),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("state", "lang"), list(SAID))
def test_the_days_that_are_left(browser: Browser, gallery: str, state: str, lang: str, width: str) -> None:
    context = browser.new_context(viewport={"width": WIDTHS[width], "height": 800}, bypass_csp=True)
    watched = Watched(context.new_page())
    page = watched.page
    open_page(page, f"{gallery}/{state}/{lang}")
    for words in SAID[state, lang]:
        expect(page.get_by_text(words).first).to_be_visible()
    assert page.locator("main a[href^='tel:']").first.is_visible()
    assert (watched.overflow(), watched.axe(), watched.faults) == (0, [], [])
    context.close()
